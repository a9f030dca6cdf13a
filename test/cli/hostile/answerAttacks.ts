/** What a hostile model tries with the form of its answers. */
import { text, toolUses } from '../../support/messagesApi/replies.ts';
import type { Attack } from './attack.ts';
import { answer, block, endless, toolCall, wire } from '../../support/messagesApi/rawAnswers.ts';

const readme = JSON.stringify({ path: 'README.md' });
const textBlock = { type: 'text', text: '' };
const delta = (value: string) =>
  wire({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: value } });
const startText = wire({ type: 'content_block_start', index: 0, content_block: textBlock });

export const answerAttacks: readonly Attack[] = [
  {
    title: 'ten thousand tool calls in one answer',
    answers: [
      toolUses(
        Array.from({ length: 10_000 }, (_item, index) => ({
          name: 'read_file',
          input: { path: 'line.txt', startLine: 1, endLine: index + 1 },
        })),
      ),
    ],
    // Ten of them fill the turn.
    told: Array.from({ length: 10_000 }, (_item, index) => {
      if (index < 9) return /^a{1000}/u;
      return index < 100 ? /gave back as much as/u : /one answer may ask for 100 calls at most/u;
    }),
  },
  {
    title: 'two calls with one id',
    answers: [answer(toolCall(0, readme, 'twice'), toolCall(1, '{"path":".env"}', 'twice'))],
    told: [/^# Read me/u, /is protected/u],
  },
  {
    title: 'an input that is cut off, sent again',
    answers: [answer(toolCall(0, '{"path": "READ'))],
    told: [/^Not done: the input of tool "read_file" is not usable JSON/u],
  },
  {
    title: 'an input with a "__proto__" key',
    answers: [
      answer(
        toolCall(0, '{"path":"README.md","__proto__":{"all":true}}'),
        toolCall(1, '{"path":"README.md","\\u005f_proto__":{}}'),
      ),
    ],
    told: [/"__proto__" key is not allowed/u, /"__proto__" key is not allowed/u],
  },
  {
    title: 'a structured answer with a "__proto__" key',
    answers: [
      answer(
        block(
          0,
          { type: 'tool_use', id: 'toolu_1', name: 'submit_result', input: {} },
          { type: 'input_json_delta', partial_json: '{"ok":true,"__proto__":{"admin":true}}' },
        ),
      ),
      toolUses([{ name: 'submit_result', input: { ok: true } }]),
    ],
    told: [/"__proto__" key is not allowed/u],
    options: { schema: { type: 'object', required: ['ok'] } },
  },
  {
    title: 'structured answers of the wrong shape, again and again',
    answers: Array.from({ length: 4 }, () =>
      toolUses([{ name: 'submit_result', input: { ok: 'x' } }]),
    ),
    told: [/does not fit the schema/u, /does not fit the schema/u],
    failed: /^failed: .*submit_result|^failed: After \d tries/u,
    options: {
      schema: { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] },
    },
  },
  {
    title: 'a structured answer made to keep the validator busy',
    answers: [toolUses([{ name: 'submit_result', input: { name: `${'a'.repeat(40)}!` } }])],
    told: [],
    failed: /took longer than 1 s and was stopped/u,
    options: {
      schema: { type: 'object', properties: { name: { type: 'string', pattern: '^(a+)+$' } } },
      structuredRetries: 0,
    },
  },
  {
    title: 'an input as deep as the sea',
    answers: [answer(toolCall(0, `{"path":${'['.repeat(200_000)}${']'.repeat(200_000)}}`))],
    told: [/nested more than 100 levels deep/u],
  },
  {
    title: 'a block with an enormous number, and when asked again a sound answer',
    answers: [answer(block(0, { type: 'text', text: 'x' }), block(4_294_967_294, textBlock))],
    isAskedAgain: true,
    told: [],
  },
  {
    title: 'a giant answer',
    answers: [text('x'.repeat(40_000_000))],
    told: [],
    failed: /^failed: .*the answer has more than \d+ bytes/u,
  },
  {
    title: 'an answer that never ends',
    answers: [endless(startText, delta('x'.repeat(8000)))],
    told: [],
    failed: /^failed: .*the answer has more than \d+ bytes/u,
  },
  {
    title: 'an answer in one line that never ends',
    answers: [endless(`${startText}event: content_block_delta\ndata: `, 'x'.repeat(65_536))],
    told: [],
    failed: /^failed: .*the answer has more than \d+ bytes/u,
  },
  {
    title: 'an answer that drips for ever',
    answers: [endless(startText, delta('x'), 100)],
    told: [],
    failed: /^failed: The agent was not finished after 2 s/u,
    options: { timeoutMs: 2000 },
  },
  {
    title: 'signs of life that never become an answer',
    answers: [endless('', wire({ type: 'ping' }), 100)],
    told: [],
    failed: /^failed: The agent was not finished after 2 s/u,
    options: { timeoutMs: 2000 },
  },
  {
    title: 'calls without end',
    answers: Array.from({ length: 40 }, (_item, index) =>
      toolUses([{ name: 'read_file', input: { path: 'README.md', startLine: index + 1 } }]),
    ),
    told: Array.from({ length: 4 }, () => /^/u),
    failed: /^failed: The agent did not finish in 5 turns/u,
    options: { maxTurns: 5 },
  },
  {
    title: 'the same refused call again and again',
    answers: Array.from({ length: 9 }, () =>
      toolUses([{ name: 'read_file', input: { path: '.env' } }]),
    ),
    told: [/is protected/u, /is protected/u],
    failed: /^failed: The agent made the same failing call of read_file 3 times in a row/u,
  },
  {
    title: 'escape sequences for the terminal, as an answer',
    answers: [text('\u001b]52;c;aHVzaA==\u0007\u001b[2J\u009b31mred')],
    told: [],
  },
];
