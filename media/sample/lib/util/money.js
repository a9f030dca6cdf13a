'use strict';

/**
 * An amount of money in whole cents. It adds and compares as a number
 * (valueOf) and prints for people (toString).
 */
function Money(cents, currency) {
  if (Math.round(cents) !== cents) {
    throw new TypeError('Money takes whole cents, not ' + cents);
  }
  this.cents = cents;
  this.currency = currency || 'EUR';
}

Money.prototype.valueOf = function () {
  return this.cents;
};

Money.prototype.toString = function () {
  return formatCents(this.cents) + ' ' + this.currency;
};

Money.prototype.plus = function (other) {
  if (other.currency !== this.currency) {
    throw new Error('Cannot add ' + other.currency + ' to ' + this.currency);
  }
  return new Money(this.cents + other.cents, this.currency);
};

Money.prototype.times = function (factor) {
  return new Money(Math.round(this.cents * factor), this.currency);
};

Money.prototype.toJSON = function () {
  var cents = this.cents;
  var currency = this.currency;
  return { cents: cents, currency: currency };
};

/** Adds up amounts of one currency. */
function total(amounts, currency) {
  return amounts.reduce(
    function (sum, amount) {
      return sum.plus(amount);
    },
    new Money(0, currency)
  );
}

function formatCents(cents) {
  var sign = cents < 0 ? '-' : '';
  var digits = String(Math.abs(cents));
  while (digits.length < 3) {
    digits = '0' + digits;
  }
  return sign + digits.slice(0, -2) + '.' + digits.slice(-2);
}

module.exports = { Money: Money, total: total, formatCents: formatCents };
