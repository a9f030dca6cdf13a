'use strict';

var Money = require('../util/money').Money;
var text = require('../util/text');

var SKU_PATTERN = /^[A-Z]{3}-\d{2,4}$/;

/**
 * Makes a product from plain data, with defaults for what is left out.
 * Throws one error that lists everything that is wrong with the data.
 */
function createProduct(data) {
  var problems = problemsOf(data);
  if (problems.length > 0) {
    throw new TypeError('Not a product: ' + problems.join('; '));
  }
  var sku = data.sku;
  var name = text.titleCase(data.name);
  var category = data.category || 'other';
  var tags = (data.tags || []).map(function (tag) {
    return text.slug(tag);
  });
  var price = new Money(data.cents, data.currency);
  return Object.freeze({
    sku: sku,
    name: name,
    category: category,
    tags: tags,
    price: price,
    minimum: data.minimum || 0,
  });
}

function problemsOf(data) {
  var rules = {
    'sku must look like TEA-01': function () {
      return SKU_PATTERN.test(data.sku);
    },
    'name is missing': function () {
      return typeof data.name === 'string' && data.name.trim() !== '';
    },
    'cents must be a whole number, zero or more': function () {
      return Number.isInteger(data.cents) && data.cents >= 0;
    },
    'tags must be a list': function () {
      return data.tags === undefined || Array.isArray(data.tags);
    },
  };
  return Object.keys(rules).filter(function (rule) {
    return !rules[rule]();
  });
}

function isSku(value) {
  return SKU_PATTERN.test(value);
}

module.exports = { createProduct: createProduct, isSku: isSku };
