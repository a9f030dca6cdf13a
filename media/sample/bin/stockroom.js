#!/usr/bin/env node
'use strict';

var stockroom = require('../index');
var seed = require('../data/stock.json');

var stock = new stockroom.Stock();
seed.forEach(function (item) {
  var product = stockroom.createProduct(item);
  stock.add(product, item.units);
});

var commands = {
  summary: function () {
    return stockroom.reports.summary(stock);
  },
  table: function () {
    return stockroom.reports.table(stock);
  },
  csv: function () {
    return stockroom.reports.csv(stock);
  },
  find: function (words) {
    var products = stock.list().map(function (entry) {
      return entry.product;
    });
    return stockroom
      .search(products, words.join(' '))
      .map(function (product) {
        return product.sku + ' ' + product.name;
      })
      .join('\n');
  },
};

var name = process.argv[2] || 'summary';
if (!Object.prototype.hasOwnProperty.call(commands, name)) {
  console.error('Unknown command ' + name + '. Use one of: ' + Object.keys(commands).join(', '));
  process.exitCode = 2;
} else {
  console.log(commands[name](process.argv.slice(3)).trimEnd());
}
