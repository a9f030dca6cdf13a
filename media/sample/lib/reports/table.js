'use strict';

var collections = require('../util/collections');
var text = require('../util/text');

/** Lays rows of cells out in columns; numbers go to the right. */
function table(headings, rows) {
  var widths = headings.map(function (heading, column) {
    var cells = rows.map(function (row) {
      return String(row[column]).length;
    });
    return Math.max(heading.length, collections.maxOf(cells, 0));
  });
  var lines = [headings].concat(rows).map(function (row) {
    return layOut(row, widths);
  });
  lines.splice(1, 0, rule(widths));
  return lines.join('\n');
}

function layOut(row, widths) {
  return row
    .map(function (cell, column) {
      var pad = typeof cell === 'number' ? text.padLeft : text.padRight;
      return pad(cell, widths[column]);
    })
    .join('  ')
    .replace(/\s+$/, '');
}

function rule(widths) {
  var dashes = [];
  for (var i = 0; i < widths.length; i++) {
    var width = widths[i];
    dashes.push(text.repeat('-', width));
  }
  return dashes.join('  ');
}

/** All of the stock, one line for each product. */
function stockTable(stock) {
  var rows = stock.list().map(function (entry) {
    var product = entry.product;
    return [product.sku, product.name, entry.quantity, product.price.toString()];
  });
  return table(['sku', 'name', 'units', 'price'], rows);
}

module.exports = { stockTable: stockTable, table: table };
