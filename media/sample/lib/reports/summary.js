'use strict';

var Money = require('../util/money');
var collections = require('../util/collections');
var reorder = require('../inventory/reorder');
var text = require('../util/text');

/** Units and value for each category, the most valuable first. */
function totals(stock) {
  var groups = collections.groupBy(stock.list(), function (entry) {
    return entry.product.category;
  });
  return groups
    .map(function (group) {
      var category = group.key;
      var units = collections.sumBy(group.items, function (entry) {
        return entry.quantity;
      });
      var value = valueOf(group.items);
      return { category: category, units: units, value: value };
    })
    .sort(function (left, right) {
      return right.value - left.value;
    });
}

function valueOf(entries) {
  var amounts = entries.map(function (entry) {
    return entry.product.price.times(entry.quantity);
  });
  return Money.total(amounts);
}

/** The page that the shop prints in the evening. */
function summary(stock) {
  var lines = ['Stock'];
  totals(stock).forEach(function (row) {
    var units = text.count(row.units, 'unit', 'units');
    lines.push('  ' + text.titleCase(row.category) + ': ' + units + ', ' + row.value.toString());
  });
  lines.push.apply(lines, reorderLines(stock));
  return lines.join('\n');
}

function reorderLines(stock) {
  var orders = reorder.reorderList(stock);
  if (orders.length === 0) {
    return ['Nothing to reorder'];
  }
  var heading = 'Reorder for ' + reorder.orderCost(orders).toString();
  return [heading].concat(
    orders.map(function (order) {
      return '  ' + order.units + ' x ' + order.sku;
    })
  );
}

module.exports = {
  summary: summary,
  totals: totals,
};
