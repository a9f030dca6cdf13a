'use strict';

var money = require('../util/money');

/** Takes a share off the price: percent(10) is ten percent off. */
function percent(share) {
  return {
    name: share + '% off',
    apply: function (amount) {
      return amount.times(1 - share / 100);
    },
  };
}

/** Takes a fixed amount off, never going below zero. */
function amountOff(cents) {
  return {
    name: money.formatCents(cents) + ' off',
    apply: function (amount) {
      var left = Math.max(0, amount.cents - cents);
      return new money.Money(left, amount.currency);
    },
  };
}

/** A share off for each further unit: the tenth costs much less than the first. */
function bulk(share, units) {
  return {
    name: 'bulk',
    apply: function (amount) {
      var factor = Math.pow(1 - share / 100, units - 1);
      return amount.times(factor);
    },
  };
}

/** The price after all of the discounts, one after the other. */
function applyAll(amount, discounts) {
  return discounts.reduce(function (left, discount) {
    return discount.apply(left);
  }, amount);
}

/** The one discount that helps the customer most. */
function best(amount, discounts) {
  var offers = discounts.map(function (discount) {
    var price = discount.apply(amount);
    return { discount: discount, price: price };
  });
  var lowest = Math.min.apply(
    null,
    offers.map(function (offer) {
      return offer.price.cents;
    })
  );
  return offers.filter(function (offer) {
    return offer.price.cents === lowest;
  })[0];
}

module.exports = {
  amountOff: amountOff,
  applyAll: applyAll,
  best: best,
  bulk: bulk,
  percent: percent,
};
