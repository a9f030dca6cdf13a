/** Verbs that read a run, or send it one message, start at once because they load nothing that runs agents. */
import assert from 'node:assert/strict';
import { findArrows, root } from './imports.ts';

/** What takes its time to load, or stands for what does. */
const heavy = [
  'src/core/run/runEngine.ts',
  'src/host/hostServices.ts',
  'npm:piscina',
  'npm:@anthropic-ai/',
  'npm:acorn',
  'npm:lebab',
  'npm:yaml',
];

describe('The command line loads', () => {
  /** What each file imports as it is loaded: no types, and nothing that is loaded later. */
  const imports = new Map<string, readonly string[]>();

  before(async () => {
    for (const { from, to, isTypeOnly, isDynamic } of await findArrows(root, ['src'])) {
      const loaded = isTypeOnly || isDynamic ? [] : [to];
      imports.set(from, [...(imports.get(from) ?? []), ...loaded]);
    }
  });

  /** Those of the parts that are loaded with a file. */
  function findIn(entry: string, parts: readonly string[]): readonly string[] {
    assert.ok(imports.has(entry), `${entry} is not seen`);
    const seen = new Set<string>();
    const visit = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const next of imports.get(file) ?? []) visit(next);
    };
    visit(entry);
    return parts.filter((part) => [...seen].some((file) => file.startsWith(part)));
  }

  for (const entry of [
    'src/cli/startCli.ts',
    'src/cli/commands/listCommands.ts',
    'src/cli/commands/controlCommands.ts',
    'src/cli/commands/gateCommand.ts',
    'src/cli/commands/proposalsCommand.ts',
    'src/cli/commands/rejectCommand.ts',
  ]) {
    it(`no engine, thread or model with ${entry}`, () => {
      assert.deepEqual(findIn(entry, heavy), []);
    });
  }

  it('no schema before it knows the verb', () => {
    assert.deepEqual(findIn('src/cli/startCli.ts', ['npm:zod', 'src/host/']), []);
  });

  it('all of them where something runs', () => {
    const found = findIn('src/cli/commands/runCommand.ts', heavy);
    // The SDK and the rules of the offline provider wait for the first request.
    assert.deepEqual(
      found,
      heavy.filter((part) => !/anthropic|lebab/u.test(part)),
    );
  });
});
