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
