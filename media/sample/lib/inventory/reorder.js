'use strict';

var Money = require('../util/money');
var collections = require('../util/collections');

var BOX_SIZES = [6, 12, 24, 48];

/** The smallest box, or number of the largest box, that holds the missing units. */
function boxesFor(missing) {
  for (var i = 0; i < BOX_SIZES.length; i++) {
    var size = BOX_SIZES[i];
    if (size >= missing) {
      return { size: size, boxes: 1 };
    }
  }
  var largest = Math.max.apply(null, BOX_SIZES);
  return { size: largest, boxes: Math.ceil(missing / largest) };
}

/** One line for each product that is at its minimum or below, most urgent first. */
function reorderList(stock) {
  var low = stock.list().filter(function (entry) {
    return entry.product.minimum > 0 && entry.quantity <= entry.product.minimum;
  });
  var lines = low.map(function (entry) {
    var sku = entry.product.sku;
    var missing = entry.product.minimum * 2 - entry.quantity;
    var order = boxesFor(missing);
    var units = order.size * order.boxes;
    var cost = entry.product.price.times(units * 0.6);
    return { sku: sku, missing: missing, units: units, cost: cost };
  });
  return lines.sort(function (left, right) {
    return right.missing - left.missing;
  });
}

/** What the whole order costs. */
function orderCost(lines) {
  var costs = lines.map(function (line) {
    return line.cost;
  });
  return Money.total(costs);
}

/** Groups the lines by the letters in front of the product number: one supplier each. */
function bySupplier(lines) {
  var groups = collections.groupBy(lines, function (line) {
    return line.sku.slice(0, 3);
  });
  return groups.map(function (group) {
    var supplier = group.key;
    var units = collections.sumBy(group.items, function (line) {
      return line.units;
    });
    return { supplier: supplier, units: units };
  });
}

module.exports = {
  boxesFor: boxesFor,
  bySupplier: bySupplier,
  orderCost: orderCost,
  reorderList: reorderList,
};
