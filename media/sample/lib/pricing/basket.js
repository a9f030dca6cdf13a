'use strict';

var money = require('../util/money');
var discounts = require('./discounts');
var tax = require('./tax');

/** What one customer is about to buy. */
function Basket(currency) {
  this.currency = currency || 'EUR';
  this.lines = [];
  this.discounts = [];
}

/** Lines are the same when product and price are: "TEA-01@1250". */
function lineKey(product) {
  return product.sku + '@' + product.price;
}

Basket.prototype.put = function (product, units) {
  var key = lineKey(product);
  var known = this.lines.filter(function (line) {
    return line.key === key;
  })[0];
  if (known) {
    known.units += units;
  } else {
    this.lines.push({ key: key, product: product, units: units });
  }
  return this;
};

/** Takes any number of discounts, which apply in the order given. */
Basket.prototype.discount = function () {
  this.discounts.push.apply(this.discounts, arguments);
  return this;
};

Basket.prototype.gross = function () {
  var amounts = this.lines.map(function (line) {
    return line.product.price.times(line.units);
  });
  return money.total(amounts, this.currency);
};

Basket.prototype.total = function () {
  return discounts.applyAll(this.gross(), this.discounts);
};

Basket.prototype.taxes = function () {
  return tax.taxTable(
    this.lines.map(function (line) {
      var gross = line.product.price.times(line.units);
      var category = line.product.category;
      return { gross: gross, category: category };
    })
  );
};

/** Takes the goods out of the stock, all or nothing. */
Basket.prototype.checkout = function (stock) {
  var missing = this.lines.filter(function (line) {
    return stock.quantityOf(line.product.sku) < line.units;
  });
  if (missing.length > 0) {
    throw new Error(
      'Not enough of ' +
        missing
          .map(function (line) {
            return line.product.sku;
          })
          .join(', ')
    );
  }
  this.lines.forEach(function (line) {
    stock.remove(line.product.sku, line.units);
  });
  return this.total();
};

module.exports = { Basket: Basket, lineKey: lineKey };
