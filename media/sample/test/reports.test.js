'use strict';

var assert = require('node:assert/strict');
var test = require('node:test');
var stockroom = require('../index');
var csv = require('../lib/reports/csv');
var labels = require('../lib/reports/labels');
var summary = require('../lib/reports/summary');

function smallStock() {
  var stock = new stockroom.Stock();
  stock.add(
    stockroom.createProduct({
      sku: 'TEA-01',
      name: 'sencha',
      category: 'tea',
      cents: 1250,
      minimum: 4,
    }),
    3
  );
  stock.add(stockroom.createProduct({ sku: 'POT-21', name: 'pot, "iron"', cents: 5900 }), 12);
  return stock;
}

test('the table lines up its columns', function () {
  assert.equal(
    stockroom.reports.table(smallStock()),
    [
      'sku     name         units  price',
      '------  -----------  -----  ---------',
      'POT-21  Pot, "iron"     12  59.00 EUR',
      'TEA-01  Sencha           3  12.50 EUR',
    ].join('\n')
  );
});

test('CSV quotes what must be quoted and ends lines with CR LF', function () {
  assert.equal(
    stockroom.reports.csv(smallStock()),
    'sku,name,category,units,cents\r\nPOT-21,"Pot, ""iron""",other,12,5900\r\nTEA-01,Sencha,tea,3,1250\r\n'
  );
});

test('CSV reads back what it wrote', function () {
  var rows = csv.parseCsv(stockroom.reports.csv(smallStock()));
  assert.equal(rows.length, 3);
  assert.equal(csv.toObjects(rows)[0].name, 'Pot, "iron"');
  assert.deepEqual(csv.parseCsv('a,,b\n'), [['a', '', 'b']]);
});

test('shelf labels speak the language of the shop', function () {
  assert.deepEqual(stockroom.reports.labels(smallStock(), 'ja'), [
    { sku: 'POT-21', label: '📦 Pot, "iron" · 59.00 EUR · 在庫あり' },
    { sku: 'TEA-01', label: '🍵 Sencha · 12.50 EUR · 残りわずか' },
  ]);
  assert.equal(labels.shelfLabel(smallStock().list()[0], 'fr').split(' · ')[2], 'in stock');
});

test('long labels are cut between characters, never inside one', function () {
  assert.equal(labels.shorten('🍵🍪📚📦', 3), '🍵🍪…');
  assert.equal(labels.shorten('売り切れ', 4), '売り切れ');
  assert.deepEqual(labels.languages(), ['en', 'de', 'ja', 'zh']);
});

test('totals are sorted by value', function () {
  var rows = summary.totals(smallStock()).map(function (row) {
    return row.category + ' ' + row.units + ' ' + row.value.toString();
  });
  assert.deepEqual(rows, ['other 12 708.00 EUR', 'tea 3 37.50 EUR']);
});

test('the summary says what to reorder', function () {
  assert.equal(
    stockroom.reports.summary(smallStock()),
    [
      'Stock',
      '  Other: 12 units, 708.00 EUR',
      '  Tea: 3 units, 37.50 EUR',
      'Reorder for 45.00 EUR',
      '  6 x TEA-01',
    ].join('\n')
  );
  assert.match(stockroom.reports.summary(new stockroom.Stock()), /Nothing to reorder/);
});
