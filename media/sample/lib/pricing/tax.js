'use strict';

var functional = require('../util/functional');

var RATES = {
  food: 7,
  books: 7,
  other: 19,
};

var REDUCED = ['food', 'tea', 'books'];

/** The rate in percent for a category; what is unknown pays the full rate. */
var rateFor = functional.memoize(function (category) {
  if (REDUCED.indexOf(category) !== -1) {
    return RATES[category] || RATES.food;
  }
  return RATES.other;
});

/** Splits a price that includes tax into its net amount and the tax in it. */
function split(gross, category) {
  var rate = rateFor(category);
  var net = gross.times(100 / (100 + rate));
  var tax = gross.plus(net.times(-1));
  return { rate: rate, net: net, tax: tax };
}

/** Tax per rate over a list of { gross, category }, highest rate first. */
function taxTable(lines) {
  var byRate = {};
  lines.forEach(function (line) {
    var parts = split(line.gross, line.category);
    var sum = byRate[parts.rate];
    byRate[parts.rate] = sum ? sum.plus(parts.tax) : parts.tax;
  });
  return Object.keys(byRate)
    .map(Number)
    .sort(function (left, right) {
      return right - left;
    })
    .map(function (rate) {
      var tax = byRate[rate];
      return { rate: rate, tax: tax };
    });
}

module.exports = {
  rateFor: rateFor,
  split: split,
  taxTable: taxTable,
};
