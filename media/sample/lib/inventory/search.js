'use strict';

var text = require('../util/text');

var WEIGHTS = { name: 3, tags: 2, category: 1 };

/**
 * Finds products for some words. A product must match every word somewhere;
 * names count more than tags, tags more than the category.
 */
function search(products, query) {
  var wanted = text.words(query);
  if (wanted.length === 0) {
    return [];
  }
  return products
    .map(function (product) {
      var score = scoreOf(product, wanted);
      return { product: product, score: score };
    })
    .filter(function (hit) {
      return hit.score > 0;
    })
    .sort(function (left, right) {
      return right.score - left.score || left.product.name.localeCompare(right.product.name);
    })
    .map(function (hit) {
      return hit.product;
    });
}

function scoreOf(product, wanted) {
  var score = 0;
  for (var i = 0; i < wanted.length; i++) {
    var word = wanted[i];
    var best = bestField(product, word);
    if (best === 0) {
      return 0;
    }
    score += best;
  }
  return score;
}

function bestField(product, word) {
  var fields = {
    name: text.words(product.name),
    tags: text.words(product.tags.join(' ')),
    category: text.words(product.category),
  };
  var scores = Object.keys(fields).map(function (field) {
    return fields[field].indexOf(word) !== -1 ? WEIGHTS[field] : 0;
  });
  return Math.max.apply(Math, scores);
}

/** Words that begin with what was typed so far, each once, for a suggestion list. */
function suggest(products, typed) {
  var found = [];
  products.forEach(function (product) {
    text.words(product.name).forEach(function (word) {
      if (word.indexOf(typed.toLowerCase()) === 0 && found.indexOf(word) === -1) {
        found.push(word);
      }
    });
  });
  return found.sort();
}

module.exports = { search: search, suggest: suggest };
