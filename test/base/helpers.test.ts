import assert from 'node:assert/strict';
import { Disposables } from '../../src/base/disposables.ts';
import { errorCode, errorText } from '../../src/base/errorText.ts';
import {
  cutText,
  formatBytes,
  formatCount,
  formatDuration,
  formatUsd,
  oneLine,
  plural,
} from '../../src/base/format.ts';
import { canonicalJson, isJsonDeeperThan, parseJson } from '../../src/base/json.ts';
import { splitLines } from '../../src/base/lines.ts';
import { Mutex } from '../../src/base/mutex.ts';
import { terminalText } from '../../src/base/visibleText.ts';

function check<T>(title: string, actual: T, expected: T): void {
  it(title, () => assert.deepEqual(actual, expected));
}

describe('format', () => {
  check('keeps short text', cutText('abc', 3), 'abc');
  check('says what it cut', cutText('abcdef', 4), 'abcd… [2 more characters]');
  check(
    'spells out what a terminal obeys',
    terminalText('a\u001b[2Jb\rc\u009b\u0007\u202ed'),
    'a\\u001b[2Jb\\u000dc\\u009b\\u0007\\u202ed',
  );
  check('leaves line ends and tabs alone', terminalText('a\r\nb\tc\nü\r'), 'a\r\nb\tc\nü\r');
  check(
    'keeps JSON the same JSON',
    JSON.parse(terminalText(JSON.stringify(['\u001b', '\u009b', '\u202e\\']))),
    ['\u001b', '\u009b', '\u202e\\'],
  );
  check('takes the first line', oneLine('  first\r\nsecond', 20), 'first');
  check('cuts the first line', oneLine('abcdef', 4), 'abc…');
  check('gives an empty line for nothing', oneLine(' \n ', 4), '');
  const durations: readonly (readonly [number, string])[] = [
    [0, '0 ms'],
    [999, '999 ms'],
    [1000, '1.0 s'],
    [59_940, '59.9 s'],
    [60_000, '1 min 00 s'],
    [185_400, '3 min 05 s'],
  ];
  for (const [ms, text] of durations) check(`${ms} ms is ${text}`, formatDuration(ms), text);
  const dollars: readonly (readonly [number | null, string])[] = [
    [null, 'cost unknown'],
    [0, '$0.00'],
    [0.004, '< $0.01'],
    [0.01, '$0.01'],
    [1.239, '$1.24'],
  ];
  for (const [usd, text] of dollars)
    check(`${usd ?? 'null'} dollars are ${text}`, formatUsd(usd), text);
  const sizes: readonly (readonly [number, string])[] = [
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [2 * 1024 ** 3, '2.0 GiB'],
    [5 * 1024 ** 4, '5120.0 GiB'],
  ];
  for (const [bytes, text] of sizes) check(`${bytes} bytes are ${text}`, formatBytes(bytes), text);
  const counts: readonly (readonly [number, string])[] = [
    [999, '999'],
    [1000, '1.0k'],
    [9949, '9.9k'],
    [12_400, '12k'],
    [1_200_000, '1.2M'],
  ];
  for (const [count, text] of counts) check(`${count} is ${text}`, formatCount(count), text);
  check('one has no s', plural(1, 'file'), '1 file');
  check('none has one', plural(0, 'file'), '0 files');
});

describe('json', () => {
  it('knows how deep a text nests, whatever stands in its strings', () => {
    const depths = ['[[[]]]', '{"a":{"b":[]}}', '["[[[[", "\\"]]", {}]', '[[],[],[],[]]', '[[['];
    const found = depths.map((text) => [1, 2, 3].filter((depth) => !isJsonDeeperThan(text, depth)));
    assert.deepEqual(found, [[3], [3], [2, 3], [2, 3], [2, 3]]);
  });

  check(
    'sorts keys at every depth',
    canonicalJson({ b: [{ d: 1, c: null }], a: 'x' }),
    '{"a":"x","b":[{"c":null,"d":1}]}',
  );
  for (const text of [
    '{"__proto__":1}',
    '[{"a":{"__proto__":{}}}]',
    '{"\\u005f_proto__":1}',
    String.raw`{"a":[{"\u005f\u005fproto__":1}]}`,
    String.raw`{"__pr\u006Fto__":1}`,
  ]) {
    it(`refuses ${text}`, () =>
      assert.throws(() => parseJson(text), /"__proto__" key is not allowed/u));
  }
  it('takes a constructor key', () =>
    assert.deepEqual(parseJson('{"constructor":1}'), { constructor: 1 }));
});

describe('lines', () => {
  for (const text of ['', 'a', 'a\n', 'a\nb', '\n\n', 'a\r\nb\r\n']) {
    check(`of ${JSON.stringify(text)} join to the same`, splitLines(text).join(''), text);
  }
  check('keep their ends', splitLines('a\n\nb'), ['a\n', '\n', 'b']);
});

describe('errorText', () => {
  check('is the message', errorText(new Error('x')), 'x');
  check('is the message of a plain object', errorText({ message: 'x' }), 'x');
  check('is the text of anything else', errorText(null), 'null');
  check('has a code', errorCode({ code: 'ENOENT' }), 'ENOENT');
  check('has no code that is a number', errorCode({ code: 1 }), undefined);
});

describe('Mutex', () => {
  it('runs one task after the other, also after one that failed', async () => {
    const mutex = new Mutex();
    const order: string[] = [];
    const first = mutex.run(async () => {
      order.push('in');
      await new Promise((resolve) => setImmediate(resolve));
      order.push('out');
      throw new Error('failed');
    });
    const second = mutex.run(() => Promise.resolve(order.push('second')));
    await assert.rejects(first, { message: 'failed' });
    await second;
    assert.deepEqual(order, ['in', 'out', 'second']);
  });
});

describe('Disposables', () => {
  it('closes newest first, all of them, and then throws the first failure', async () => {
    const closed: number[] = [];
    const open = new Disposables();
    open.onDispose(() => closed.push(1));
    open.onDispose(() => Promise.reject(new Error('stuck')));
    open.onDispose(() => closed.push(3));
    await assert.rejects(open.dispose(), { message: 'stuck' });
    assert.deepEqual(closed, [3, 1]);
    open.onDispose(() => closed.push(4));
    assert.deepEqual(closed, [3, 1, 4]);
  });
});
