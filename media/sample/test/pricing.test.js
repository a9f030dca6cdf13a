'use strict';

var assert = require('node:assert/strict');
var test = require('node:test');
var stockroom = require('../index');
var basket = require('../lib/pricing/basket');
var currency = require('../lib/pricing/currency');
var discounts = require('../lib/pricing/discounts');
var tax = require('../lib/pricing/tax');

var Money = stockroom.Money;
var sencha = stockroom.createProduct({
  sku: 'TEA-01',
  name: 'sencha',
  category: 'tea',
  cents: 1250,
});
var pot = stockroom.createProduct({ sku: 'POT-21', name: 'iron pot', cents: 5900 });

test('discounts apply one after the other and never go below zero', function () {
  var list = [discounts.percent(10), discounts.amountOff(500)];
  assert.equal(discounts.applyAll(new Money(2000), list).cents, 1300);
  assert.equal(discounts.applyAll(new Money(100), list).cents, 0);
});

test('bulk prices fall with each unit', function () {
  assert.equal(discounts.bulk(10, 1).apply(new Money(1000)).cents, 1000);
  assert.equal(discounts.bulk(10, 3).apply(new Money(1000)).cents, 810);
});

test('the best of several discounts is found', function () {
  var offer = discounts.best(new Money(1000), [discounts.percent(10), discounts.amountOff(150)]);
  assert.equal(offer.discount.name, '1.50 off');
  assert.equal(offer.price.cents, 850);
});

test('tea and books pay the reduced rate', function () {
  assert.deepEqual(
    ['tea', 'books', 'other', 'toys'].map(function (category) {
      return tax.rateFor(category);
    }),
    [7, 7, 19, 19]
  );
});

test('net and tax add up to the gross price', function () {
  var parts = tax.split(new Money(1250), 'tea');
  assert.equal(parts.net.cents, 1168);
  assert.equal(parts.tax.cents, 82);
});

test('amounts are converted by way of the euro', function () {
  var converter = new currency.Converter({ USD: 1.1, JPY: 160 });
  assert.equal(converter.convert(new Money(1000), 'USD').toString(), '11.00 USD');
  assert.equal(converter.rate('USD', 'USD'), 1);
  assert.equal(currency.priceLine(new Money(1250), converter, ['EUR', 'USD']), '€12.50 / $13.75');
  assert.throws(function () {
    converter.rate('EUR', 'CHF');
  }, /No rate for CHF; known are EUR, USD, JPY/);
});

test('prices are rounded to what the till has coins for', function () {
  assert.equal(currency.roundTo(new Money(1234), 1).cents, 1230);
  assert.equal(currency.symbolOf('CHF'), 'CHF');
});

test('a basket joins lines of the same product and price', function () {
  assert.equal(basket.lineKey(sencha), 'TEA-01@1250');
  var full = new stockroom.Basket().put(sencha, 1).put(sencha, 2).put(pot, 1);
  assert.equal(full.lines.length, 2);
  assert.equal(full.gross().cents, 9650);
});

test('a basket takes any number of discounts', function () {
  var full = new stockroom.Basket()
    .put(pot, 1)
    .discount(discounts.percent(50), discounts.amountOff(50));
  assert.equal(full.total().cents, 2900);
});

test('taxes are listed by rate, the highest first', function () {
  var full = new stockroom.Basket().put(sencha, 2).put(pot, 1);
  var rows = full.taxes().map(function (row) {
    return row.rate + ': ' + row.tax.toString();
  });
  assert.deepEqual(rows, ['19: 9.42 EUR', '7: 1.64 EUR']);
});

test('checking out takes everything or nothing', function () {
  var stock = new stockroom.Stock();
  stock.add(sencha, 5);
  assert.throws(function () {
    new stockroom.Basket().put(sencha, 1).put(pot, 1).checkout(stock);
  }, /Not enough of POT-21/);
  assert.equal(stock.quantityOf('TEA-01'), 5);
  assert.equal(new stockroom.Basket().put(sencha, 2).checkout(stock).cents, 2500);
  assert.equal(stock.quantityOf('TEA-01'), 3);
});
