'use strict';

var assert = require('node:assert/strict');
var test = require('node:test');
var stockroom = require('../index');
var movements = require('../lib/inventory/movements');
var reorder = require('../lib/inventory/reorder');
var search = require('../lib/inventory/search');

function tea(sku, name, minimum) {
  return stockroom.createProduct({
    sku: sku,
    name: name,
    category: 'tea',
    cents: 1000,
    minimum: minimum,
    tags: ['Hot Drink'],
  });
}

test('a product gets a title, slugs for tags and defaults', function () {
  var product = stockroom.createProduct({ sku: 'POT-21', name: 'iron pot', cents: 5900 });
  assert.equal(product.name, 'Iron Pot');
  assert.equal(product.category, 'other');
  assert.equal(product.minimum, 0);
  assert.deepEqual(tea('TEA-01', 'sencha').tags, ['hot-drink']);
});

test('a bad product is refused with all of its problems', function () {
  assert.throws(function () {
    stockroom.createProduct({ sku: 'tea', name: ' ', cents: -1 });
  }, /sku must look like TEA-01; name is missing; cents must be a whole number/);
});

test('stock counts what comes in and goes out', function () {
  var stock = new stockroom.Stock();
  assert.equal(stock.add(tea('TEA-01', 'sencha'), 10), 10);
  assert.equal(stock.remove('TEA-01', 4), 6);
  assert.equal(stock.quantityOf('TEA-01'), 6);
  assert.equal(stock.quantityOf('TEA-99'), 0);
});

test('adding without a quantity, or with none to speak of, adds one unit', function () {
  var stock = new stockroom.Stock();
  stock.add(tea('TEA-01', 'sencha'));
  stock.add(tea('TEA-01', 'sencha'), 0);
  stock.add(tea('TEA-01', 'sencha'), null);
  assert.equal(stock.quantityOf('TEA-01'), 3);
});

test('more than there is cannot be taken out', function () {
  var stock = new stockroom.Stock();
  stock.add(tea('TEA-01', 'sencha'), 2);
  assert.throws(function () {
    stock.remove('TEA-01', 3);
  }, /Only 2 of TEA-01 left, not 3/);
  assert.throws(function () {
    stock.remove('TEA-02', 1);
  }, /No product TEA-02/);
});

test('running low is announced until nobody listens any more', function () {
  var stock = new stockroom.Stock();
  var heard = [];
  stock.add(tea('TEA-01', 'sencha', 5), 7);
  var stop = stock.onLow(function (sku, left) {
    heard.push([sku, left]);
  });
  stock.remove('TEA-01', 1);
  stock.remove('TEA-01', 1);
  stop();
  stock.remove('TEA-01', 1);
  assert.deepEqual(heard, [['TEA-01', 5]]);
});

test('entries are listed by category and name', function () {
  var stock = new stockroom.Stock();
  stock.addAll([tea('TEA-01', 'sencha'), tea('TEA-02', 'assam')], { 'TEA-01': 1, 'TEA-02': 2 });
  var listed = stock.list().map(function (entry) {
    return entry.product.name + entry.quantity;
  });
  assert.deepEqual(listed, ['Assam2', 'Sencha1']);
});

test('the ledger tells how long the stock lasts', function () {
  var today = 100 * movements.DAY_MS;
  var ledger = new stockroom.Ledger(function () {
    return today;
  });
  ledger.record('TEA-01', 30, 'added');
  today += 5 * movements.DAY_MS;
  ledger.record('TEA-01', -10, 'removed');
  assert.equal(ledger.balance('TEA-01'), 20);
  assert.equal(ledger.rate('TEA-01', 10), 1);
  assert.equal(ledger.daysLeft('TEA-01', 10), 20);
  assert.equal(ledger.daysLeft('TEA-02', 10), Infinity);
  assert.deepEqual(ledger.describe(), ['TEA-01 +30 (added)', 'TEA-01 -10 (removed)']);
});

test('orders come in boxes', function () {
  assert.deepEqual(reorder.boxesFor(7), { size: 12, boxes: 1 });
  assert.deepEqual(reorder.boxesFor(100), { size: 48, boxes: 3 });
});

test('what is low is reordered, most urgent first, grouped by supplier', function () {
  var stock = new stockroom.Stock();
  stock.add(tea('TEA-01', 'sencha', 5), 4);
  stock.add(tea('TEA-02', 'assam', 20), 1);
  stock.add(tea('TEA-03', 'mint', 5), 50);
  var lines = stockroom.reorderList(stock);
  assert.deepEqual(
    lines.map(function (line) {
      return [line.sku, line.missing, line.units];
    }),
    [
      ['TEA-02', 39, 48],
      ['TEA-01', 6, 6],
    ]
  );
  assert.equal(reorder.orderCost(lines).cents, 32400);
  assert.deepEqual(reorder.bySupplier(lines), [{ supplier: 'TEA', units: 54 }]);
});

test('search wants every word and ranks names first', function () {
  var products = [tea('TEA-01', 'drink me'), tea('TEA-02', 'assam'), tea('TEA-03', 'hot assam')];
  var names = stockroom.search(products, 'HOT tea').map(function (product) {
    return product.name;
  });
  assert.deepEqual(names, ['Hot Assam', 'Assam', 'Drink Me']);
  assert.deepEqual(stockroom.search(products, 'cold tea'), []);
  assert.deepEqual(search.suggest(products, 'A'), ['assam']);
});
