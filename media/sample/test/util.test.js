'use strict';

var assert = require('node:assert/strict');
var test = require('node:test');
var collections = require('../lib/util/collections');
var functional = require('../lib/util/functional');
var text = require('../lib/util/text');
var Emitter = require('../lib/util/events').Emitter;
var money = require('../lib/util/money');

test('money prints with two decimals and its currency', function () {
  assert.equal(new money.Money(1250).toString(), '12.50 EUR');
  assert.equal(new money.Money(5, 'GBP').toString(), '0.05 GBP');
  assert.equal(money.formatCents(-1990), '-19.90');
});

test('money counts and compares as cents', function () {
  assert.ok(new money.Money(200) > new money.Money(199));
  assert.equal(money.total([new money.Money(150), new money.Money(275)]).cents, 425);
  assert.equal(JSON.stringify(new money.Money(99)), '{"cents":99,"currency":"EUR"}');
});

test('money refuses fractions of a cent and mixed currencies', function () {
  assert.throws(function () {
    return new money.Money(1.5);
  }, /whole cents, not 1.5/);
  assert.throws(function () {
    return new money.Money(1, 'USD').plus(new money.Money(1, 'EUR'));
  }, /Cannot add EUR to USD/);
});

test('titles keep small words small, but for the first', function () {
  assert.equal(text.titleCase('the book of tea'), 'The Book of Tea');
});

test('words and slugs leave punctuation out and keep other scripts', function () {
  assert.deepEqual(text.words('Grüner Tee, 緑茶 (50 g)'), ['grüner', 'tee', '緑茶', '50', 'g']);
  assert.equal(text.slug('Ginger & Lemon!'), 'ginger-lemon');
});

test('padding never cuts', function () {
  assert.equal(text.padLeft(7, 3), '  7');
  assert.equal(text.padRight('long', 2), 'long');
});

test('groups keep the order of first appearance', function () {
  var groups = collections.groupBy(['pear', 'apple', 'plum'], function (word) {
    return word.charAt(0);
  });
  assert.deepEqual(groups, [
    { key: 'p', items: ['pear', 'plum'] },
    { key: 'a', items: ['apple'] },
  ]);
});

test('lists are sorted by several keys without changing the original', function () {
  var items = [
    { kind: 'b', size: 1 },
    { kind: 'a', size: 2 },
    { kind: 'a', size: 1 },
  ];
  assert.deepEqual(collections.sortBy(items, 'kind', 'size'), [items[2], items[1], items[0]]);
  assert.equal(items[0].kind, 'b');
});

test('small list helpers', function () {
  assert.deepEqual(collections.unique([1, 2, 1]), [1, 2]);
  assert.deepEqual(collections.flatten([[1], [2, 3]]), [1, 2, 3]);
  assert.deepEqual(collections.indexBy([{ id: 'x' }], 'id'), { x: { id: 'x' } });
  assert.equal(collections.maxOf([3, 9, 4], 0), 9);
  assert.equal(collections.maxOf([], -1), -1);
});

test('functions are composed from right to left', function () {
  var shout = functional.compose(
    function (word) {
      return word + '!';
    },
    function (word) {
      return word.toUpperCase();
    }
  );
  assert.equal(shout('tea'), 'TEA!');
});

test('partial fixes the first arguments and memoize remembers by all of them', function () {
  var calls = 0;
  var join = functional.memoize(function (left, right) {
    calls += 1;
    return left + '-' + right;
  });
  var after = functional.partial(join, 'a');
  assert.equal(after('b'), 'a-b');
  assert.equal(join('a', 'b'), 'a-b');
  assert.equal(calls, 1);
  assert.deepEqual(functional.pick({ a: 1, b: 2 }, ['b', 'c']), { b: 2 });
});

test('listeners get all details, and one that fails does not stop the next', function () {
  var emitter = new Emitter();
  var heard = [];
  emitter.on('sold', function () {
    throw new Error('broken');
  });
  emitter.on('sold', function (sku, units) {
    heard.push(sku + units);
  });
  var failures = emitter.emit('sold', 'TEA-01', 2);
  assert.deepEqual(heard, ['TEA-012']);
  assert.equal(failures[0].error.message, 'broken');
});

test('once listens once, and off by the returned function', function () {
  var emitter = new Emitter();
  var heard = 0;
  emitter.once('low', function (by) {
    heard += by;
  });
  emitter.emit('low', 5);
  emitter.emit('low', 5);
  assert.equal(heard, 5);
  assert.equal(emitter.count('low'), 0);
});
