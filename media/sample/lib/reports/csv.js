'use strict';

var NEEDS_QUOTES = /[",\r\n]/;

/** One cell, quoted where it must be (RFC 4180). */
function cell(value) {
  var text = value === null || value === undefined ? '' : String(value);
  if (!NEEDS_QUOTES.test(text)) {
    return text;
  }
  return '"' + text.replace(/"/g, '""') + '"';
}

function toCsv(columns, rows) {
  var lines = [columns].concat(rows).map(function (row) {
    return row.map(cell).join(',');
  });
  return lines.join('\r\n') + '\r\n';
}

/** Reads what toCsv writes: quoted cells, doubled quotes, both line endings. */
function parseCsv(source) {
  var rows = [[]];
  var cellPattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g;
  source.replace(cellPattern, function (whole, quoted, plain, end, offset) {
    if (whole === '' && offset === source.length) {
      return '';
    }
    var value = quoted === undefined ? plain : quoted.replace(/""/g, '"');
    rows[rows.length - 1].push(value);
    if (end !== ',') {
      rows.push([]);
    }
    return '';
  });
  return rows.filter(function (row) {
    return row.length > 0;
  });
}

/** Parsed rows as objects named after the heading line. */
function toObjects(rows) {
  var headings = rows[0];
  return rows.slice(1).map(function (row) {
    return headings.reduce(function (object, heading, column) {
      object[heading] = row[column];
      return object;
    }, {});
  });
}

/** The stock as CSV, amounts in cents so that spreadsheets can add them. */
function stockCsv(stock) {
  var columns = ['sku', 'name', 'category', 'units', 'cents'];
  var rows = stock.list().map(function (entry) {
    var product = entry.product;
    return [product.sku, product.name, product.category, entry.quantity, product.price.cents];
  });
  return toCsv(columns, rows);
}

module.exports = {
  parseCsv: parseCsv,
  stockCsv: stockCsv,
  toCsv: toCsv,
  toObjects: toObjects,
};
