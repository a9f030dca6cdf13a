'use strict';

/** Groups items by the key that `keyOf` gives, in order of first appearance. */
function groupBy(items, keyOf) {
  var groups = {};
  items.forEach(function (item) {
    var key = keyOf(item);
    if (!Object.prototype.hasOwnProperty.call(groups, key)) {
      groups[key] = [];
    }
    groups[key].push(item);
  });
  return Object.keys(groups).map(function (key) {
    return { key: key, items: groups[key] };
  });
}

function indexBy(items, property) {
  var index = {};
  for (var i = 0; i < items.length; i++) {
    var item = items[i];
    index[item[property]] = item;
  }
  return index;
}

function sumBy(items, amountOf) {
  return items.reduce(function (sum, item) {
    return sum + amountOf(item);
  }, 0);
}

function unique(values) {
  var seen = [];
  for (var i = 0; i < values.length; i++) {
    var value = values[i];
    if (seen.indexOf(value) === -1) {
      seen.push(value);
    }
  }
  return seen;
}

/** The largest value, or `fallback` for an empty list. */
function maxOf(values, fallback) {
  if (values.length === 0) {
    return fallback;
  }
  return Math.max.apply(Math, values);
}

/** Sorts a copy by several keys: sortBy(products, 'category', 'name'). */
function sortBy(items) {
  var keys = Array.prototype.slice.call(arguments, 1);
  return items.slice().sort(function (left, right) {
    for (var i = 0; i < keys.length; i++) {
      var key = keys[i];
      if (left[key] < right[key]) return -1;
      if (left[key] > right[key]) return 1;
    }
    return 0;
  });
}

function flatten(lists) {
  var all = [];
  lists.forEach(function (list) {
    all.push.apply(all, list);
  });
  return all;
}

module.exports = {
  flatten: flatten,
  groupBy: groupBy,
  indexBy: indexBy,
  maxOf: maxOf,
  sortBy: sortBy,
  sumBy: sumBy,
  unique: unique,
};
