'use strict';

/** compose(f, g, h)(x) is f(g(h(x))). */
function compose() {
  var steps = Array.prototype.slice.call(arguments).reverse();
  return function (value) {
    return steps.reduce(function (result, step) {
      return step(result);
    }, value);
  };
}

/** Fixes the first arguments of a function. */
function partial(callback) {
  var fixed = Array.prototype.slice.call(arguments, 1);
  return function () {
    var given = Array.prototype.slice.call(arguments);
    return callback.apply(undefined, fixed.concat(given));
  };
}

/** Remembers answers by the text of the arguments; the store can be inspected. */
function memoize(callback) {
  var store = {};
  var memoized = function () {
    var key = Array.prototype.join.call(arguments, '|');
    if (!(key in store)) {
      store[key] = callback.apply(undefined, arguments);
    }
    return store[key];
  };
  memoized.store = store;
  return memoized;
}

function not(predicate) {
  return function () {
    return !predicate.apply(undefined, arguments);
  };
}

function property(name) {
  return function (object) {
    return object[name];
  };
}

/** Copies the named properties that the object has. */
function pick(object, names) {
  return names.reduce(function (copy, name) {
    if (name in object) {
      copy[name] = object[name];
    }
    return copy;
  }, {});
}

module.exports = {
  compose: compose,
  memoize: memoize,
  not: not,
  partial: partial,
  pick: pick,
  property: property,
};
