import assert from 'node:assert/strict';
import { scrubbedJson, scrubSecrets } from '../../../src/core/journal/scrubSecrets.ts';

const long = (length: number) => 'aB3'.repeat(length).slice(0, length);
const block = (kind: string) => `-----${kind} RSA PRIVATE KEY-----`;

describe('scrubSecrets', () => {
  const secrets: readonly [string, string][] = [
    ['an Anthropic key', `sk-ant-${long(60)}`],
    ['a GitHub token', `ghp_${long(36)}`],
    ['a fine-grained GitHub token', `github_pat_${long(60)}`],
    ['an AWS key id', `AKIA${'A1B2'.repeat(4)}`],
    ['a Slack token', `xoxb-${long(30)}`],
    ['a JSON Web Token', `eyJ${long(20)}.eyJ${long(30)}.${long(40)}`],
    ['a private key', `${block('BEGIN')}\n${long(64)}\n${long(20)}\n${block('END')}`],
  ];
  for (const [name, secret] of secrets) {
    it(`takes out ${name}, also at the start of a line in JSON`, () => {
      assert.equal(scrubSecrets(`key: ${secret}!`), 'key: [secret removed]!');
      const json = scrubbedJson({ text: `line\n${secret}`, other: 'stays' });
      assert.deepEqual(JSON.parse(json), { text: 'line\n[secret removed]', other: 'stays' });
    });
  }

  it('takes out given secrets, but not words', () => {
    assert.equal(scrubSecrets('a my-own-secret b', ['my-own-secret']), 'a [secret removed] b');
    assert.equal(scrubSecrets('a test b', ['test', '']), 'a test b');
  });

  const given: readonly [string, string][] = [
    ['quotes', 'pass"word"1'],
    ['a backslash', String.raw`pass\word`],
    ['a backslash at its end', 'password\\'],
    ['a line break', 'pass\nword'],
    ['a control character', 'pass\u0001word'],
    ['letters beyond ASCII', 'pässwörd-😀'],
    ['half a character', 'password\ud83d'],
  ];
  for (const [what, secret] of given) {
    it(`takes a given secret with ${what} out of JSON`, () => {
      const value = { text: `before ${secret} after`, list: [secret], [`${secret} key`]: 1 };
      const json = scrubbedJson(value, ['another-secret', secret]);
      assert.deepEqual(JSON.parse(json), {
        text: 'before [secret removed] after',
        list: ['[secret removed]'],
        [`${secret} key`]: 1,
      });
    });
  }

  it('takes a given secret out where it ends in the first half of a character', () => {
    const secret = 'password\ud83d';
    const json = scrubbedJson({ text: `${secret}\ude00` }, [secret]);
    assert.deepEqual(JSON.parse(json), { text: '[secret removed]\ude00' });
  });

  it('takes a token out of JSON whatever escape stands before it', () => {
    const token = `ghp_${long(36)}`;
    for (const before of ['\n', '\t', '\r', '\b', '\f', '"', '\\', '/', '\u0001', '\u2028']) {
      const json = scrubbedJson({ text: `line${before}${token}`, nested: [[`${before}${token}`]] });
      const expected = {
        text: `line${before}[secret removed]`,
        nested: [[`${before}[secret removed]`]],
      };
      assert.deepEqual(JSON.parse(json), expected);
    }
  });

  it('gives the same JSON as one look at every string, for every token and every escape', () => {
    const samples = secrets.flatMap(([, secret]) =>
      ['', ' ', 'a', '_', '\n', '"'].flatMap((edge) => [edge + secret, secret + edge]),
    );
    for (const text of samples) {
      const byString = JSON.stringify({ text: scrubSecrets(text), other: 'x' });
      assert.equal(scrubbedJson({ text, other: 'x' }), byString);
    }
  });

  it('leaves ordinary text alone', () => {
    const text =
      'task-list skip sk-1 AKIA eyJ.eyJ.x const ghp_ = "xoxb-"; risk-assessment-of-everything';
    assert.equal(scrubSecrets(text), text);
  });

  it('takes linear time on hostile text', () => {
    const hostile = `${block('BEGIN')}${'a'.repeat(15_000)}`.repeat(20);
    assert.equal(scrubSecrets(hostile), hostile);
  }).timeout(2000);
});
