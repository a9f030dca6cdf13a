'use strict';

var Emitter = require('../util/events').Emitter;
var Ledger = require('./movements').Ledger;
var collections = require('../util/collections');

/** What is on the shelves: products, their quantities and what happened to them. */
function Stock(now) {
  this.entries = {};
  this.events = new Emitter();
  this.ledger = new Ledger(now);
}

/** Puts units on the shelf; without a quantity, or with 0, it is one unit. */
Stock.prototype.add = function (product, quantity) {
  quantity = quantity || 1;
  var entry = this.entries[product.sku];
  if (!entry) {
    entry = { product: product, quantity: 0 };
    this.entries[product.sku] = entry;
  }
  entry.quantity += quantity;
  this.ledger.record(product.sku, quantity, 'added');
  this.events.emit('changed', product.sku, entry.quantity);
  return entry.quantity;
};

Stock.prototype.remove = function (sku, quantity) {
  var entry = this.entries[sku];
  if (!entry) {
    throw new Error('No product ' + sku + ' in stock');
  }
  if (entry.quantity < quantity) {
    throw new Error('Only ' + entry.quantity + ' of ' + sku + ' left, not ' + quantity);
  }
  entry.quantity -= quantity;
  this.ledger.record(sku, -quantity, 'removed');
  this.events.emit('changed', sku, entry.quantity);
  if (entry.quantity <= entry.product.minimum) {
    this.events.emit('low', sku, entry.quantity);
  }
  return entry.quantity;
};

Stock.prototype.quantityOf = function (sku) {
  return this.entries[sku] ? this.entries[sku].quantity : 0;
};

/** Entries in a stable order: by category, then by name. */
Stock.prototype.list = function () {
  var self = this;
  var products = Object.keys(self.entries).map(function (sku) {
    return self.entries[sku].product;
  });
  return collections.sortBy(products, 'category', 'name').map(function (product) {
    var quantity = self.quantityOf(product.sku);
    return { product: product, quantity: quantity };
  });
};

Stock.prototype.onLow = function (listener) {
  return this.events.on('low', listener);
};

Stock.prototype.addAll = function (products, quantities) {
  var self = this;
  products.forEach(function (product) {
    self.add(product, quantities[product.sku]);
  });
};

module.exports = { Stock: Stock };
