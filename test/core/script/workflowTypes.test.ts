import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MUSTER_GLOBALS } from '../../../src/core/script/scriptGlobals.ts';

const repository = join(import.meta.dirname, '../../..');
const declarations = join(repository, 'media/muster-workflow.d.ts');

const compilerOptions = {
  allowJs: true,
  checkJs: true,
  noEmit: true,
  strict: true,
  types: [],
  target: 'ES2023',
  lib: ['ES2023'],
  module: 'ESNext',
  moduleDetection: 'force',
};

/** A script may return at its top level; TypeScript's grammar can't be told so. */
const RETURN_OUTSIDE = 1108;
const ERROR = /^(?<file>\S.*?)\(\d+,\d+\): error TS(?<code>\d+): /u;

/** Numbers of the errors in each script, by its title. All of them are one program, which is read once. */
function errorsOf(
  scripts: readonly (readonly [title: string, text: string])[],
): ReadonlyMap<string, readonly number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'workflow-types-'));
  try {
    const names = scripts.map((_, index) => `${index}.js`);
    scripts.forEach(([, text], index) => writeFileSync(join(folder, `${index}.js`), text));
    const config = { compilerOptions, files: [declarations, ...names] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(repository, 'node_modules/typescript/bin/tsc');
    const args = [tsc, '-p', folder, '--pretty', 'false'];
    const { stdout, error } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    assert.equal(error, undefined);
    const found = scripts.map(([title]) => [title, [] as number[]] as const);
    for (const line of stdout.split('\n').filter((text) => text.trim() !== '')) {
      const { file = '', code } = ERROR.exec(line)?.groups ?? {};
      // A message goes on in lines that are indented.
      if (code === undefined && line.startsWith(' ')) continue;
      const numbers = found[Number.parseInt(file, 10)]?.[1];
      assert.ok(numbers, line);
      if (Number(code) !== RETURN_OUTSIDE) numbers.push(Number(code));
    }
    return new Map(found);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const META = "export const meta = { name: 'w', description: 'd', phases: ['Find'] };\n";

const right: Readonly<Record<string, string>> = {
  'agents and their options': `
    const text = await agent('look', { label: 'x', phase: 'Find', model: 'opus', effort: 'high', agentType: 'my-own',
      tools: ['read_file'], writes: 'src/**', group: 'g', retries: 0, isolation: 'worktree', stallMs: 1000 });
    return text === null ? 0 : text.length;`,
  'an answer with the shape of its schema': `
    const answer = await agent('find', { schema: { type: 'object', required: ['list', 'kind'], properties: {
      list: { type: 'array', items: { type: 'object', properties: { line: { type: 'integer' } }, required: ['line'] } },
      kind: { enum: ['a', 'b'] }, note: { type: 'string' } } } });
    if (answer === null) return;
    const kind = answer.kind === 'a' ? 1 : 2;
    return answer.list.map((item) => item.line + kind + (answer.note?.length ?? 0));`,
  'an answer with a schema from elsewhere': `
    const schema = { type: 'object', properties: { anything: { type: 'string' } } };
    const answer = await agent('find', { schema }); return answer.whatever.it.is;`,
  outcomes: `
    const outcome = await agent.outcome('x');
    return outcome.status === 'ok' ? outcome.value.length : outcome.error.code;`,
  parallel: `
    const [a, b] = await parallel([() => agent('a'), async () => 2]);
    const all = await parallel(files('**/*.ts').map((path) => () => agent('fix ' + path)), { concurrency: 2 });
    return [a?.length, (b ?? 0) + 1, all.filter((text) => text !== null).map((text) => text?.trim())];`,
  pipeline: `
    const done = await pipeline(files('*'), (path) => agent('a ' + path), (text, path, index) => ({ text, path, index }));
    const many = await pipeline([1], (n) => n, (n) => n, (n) => n, (n) => n, (n) => n);
    return [done[0]?.path.length, done[0]?.text?.length, many];`,
  'verify, gate and workflow': `
    const receipt = await verify({ command: 'npm test', cwd: 'a', required: false, report: 'tap', baseline: true });
    const { approved, note } = await gate('Ship?', { files: files.changed(), timeoutMs: 1000, onTimeout: 'reject' });
    const again = await gate('Sure?'); await verify('npm test');
    const child = await workflow('other', { any: [1] }); await workflow({ scriptPath: 'a.js' });
    return [receipt.tests?.failed, receipt.regressions[0], approved && again.approved, note.length, child.x];`,
  'the rest': `
    phase('Find'); log('a', { b: 1 }); console.warn('x'); setTimeout((n) => log(n + 1), 5, 1); clearTimeout(setTimeout(() => {}, 1));
    const text = read('a.ts'); const left = budget.remaining() - budget.spent(); const usd = budget.usd.spent();
    const url = new URL('x?y=1', 'http://a'); const bytes = new TextEncoder().encode('x');
    return [args.anything, text.length, left, budget.total ?? 0, usd, url.searchParams.get('y'), new TextDecoder().decode(bytes), structuredClone([1])[0], new Date(0)];`,
};

const NO_SUCH_NAME = [2304, 2552, 2580, 2584, 2591];
const NOT_ASSIGNABLE = [2322, 2345, 2769];
const NO_SUCH_PROPERTY = [2339, 2551];
const wrong: Readonly<Record<string, readonly [string, readonly number[]]>> = {
  'a prompt that is no string': [`await agent(7)`, NOT_ASSIGNABLE],
  'an effort that does not exist': [`await agent('a', { effort: 'huge' })`, NOT_ASSIGNABLE],
  'an unknown option': [`await agent('a', { lable: 'x' })`, [2353, 2561, 2769]],
  'a property that the schema does not have': [
    `const a = await agent('a', { schema: { type: 'object', properties: { x: { type: 'string' } }, required: ['x'] } }); log(a?.y)`,
    NO_SUCH_PROPERTY,
  ],
  'the use of an answer that may be null': [`(await agent('a')).length`, [2531, 18047]],
  'promises in place of functions': [`await parallel([agent('a')])`, NOT_ASSIGNABLE],
  'a pipeline over no list': [`await pipeline('abc', (x) => x)`, NOT_ASSIGNABLE],
  'a command that is no text': [`await verify({ cmd: 'x' })`, [2353]],
  'a gate without a question': [`await gate()`, [2554]],
  'an answer that no gate has': [`(await gate('q')).answer`, NO_SUCH_PROPERTY],
  'a workflow by a number': [`await workflow(7)`, NOT_ASSIGNABLE],
  'a value written to budget': [`budget.total = 7`, [2540]],
  'the read text as a promise': [`read('a').then()`, NO_SUCH_PROPERTY],
  'the name of a module system': [`require('fs')`, NO_SUCH_NAME],
  'the names of other places': [`fetch('x'); process.exit(); Buffer.from('x')`, NO_SUCH_NAME],
};

describe('The declarations for workflow scripts', () => {
  it('know every name of the dialect', () => {
    const text = readFileSync(declarations, 'utf8');
    const missing = MUSTER_GLOBALS.filter(
      (name) => !new RegExp(`^declare (?:const|var|function) ${name}\\b`, 'mu').test(text),
    );
    assert.deepEqual(missing, []);
  });

  it('accept right uses, and make errors of wrong ones', function () {
    this.timeout(30_000);
    const bodies: (readonly [string, string])[] = [
      ...Object.entries(right).map(([title, body]) => [`right: ${title}`, META + body] as const),
      ...Object.entries(wrong).map(([title, [body]]) => [`wrong: ${title}`, META + body] as const),
      ['right: meta', '/** @type {Muster.Meta} */\n' + META],
    ];
    const expected = [...errorsOf(bodies)].map(([title, found]) => {
      const [, allowed] = wrong[title.replace('wrong: ', '')] ?? ['', []];
      const isRight = title.startsWith('right: ');
      const isAsExpected = isRight
        ? found.length === 0
        : found.length > 0 && found.every((code) => allowed.includes(code));
      return isAsExpected ? [] : [`${title}: ${found.join(', ')}`];
    });
    assert.deepEqual(expected.flat(), []);
  });
});
