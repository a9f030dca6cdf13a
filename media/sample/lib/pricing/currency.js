'use strict';

var Money = require('../util/money').Money;

var SYMBOLS = { EUR: '€', GBP: '£', JPY: '¥', USD: '$' };

/** Rates are units of the other currency for one euro. */
function Converter(rates) {
  this.rates = Object.keys(rates).reduce(
    function (all, code) {
      all[code] = rates[code];
      return all;
    },
    { EUR: 1 }
  );
}

Converter.prototype.rate = function (from, to) {
  var rates = this.rates;
  [from, to].forEach(function (code) {
    if (!rates[code]) {
      throw new Error('No rate for ' + code + '; known are ' + Object.keys(rates).join(', '));
    }
  });
  return rates[to] / rates[from];
};

Converter.prototype.convert = function (amount, currency) {
  var rate = this.rate(amount.currency, currency);
  return new Money(Math.round(amount.cents * rate), currency);
};

/** Rounds to a step that is a power of ten, as cash registers do. */
function roundTo(amount, digits) {
  var step = Math.pow(10, digits);
  return new Money(Math.round(amount.cents / step) * step, amount.currency);
}

function symbolOf(currency) {
  return SYMBOLS[currency] || currency;
}

/** One price in several currencies: "€12.50 / $13.75". */
function priceLine(amount, converter, currencies) {
  return currencies
    .map(function (currency) {
      var converted = converter.convert(amount, currency);
      return symbolOf(currency) + converted.toString().split(' ')[0];
    })
    .join(' / ');
}

module.exports = {
  Converter: Converter,
  priceLine: priceLine,
  roundTo: roundTo,
  symbolOf: symbolOf,
};
