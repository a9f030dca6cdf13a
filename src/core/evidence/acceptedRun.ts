/** "Verify accepted files": a run without agents, on a snapshot of the workspace as it is after an accept. */
import type { RunView } from '../../protocol/view/runView.ts';
import type { RequiredCommand } from './verdictOf.ts';

/** Longest name of a run in the name of the one that verifies it. */
const MAX_NAME_CHARS = 80;

/** A script and the commands that stand in it. */
export interface AcceptedRun {
  readonly script: string;
  readonly commands: readonly string[];
}

/** The same commands as in the run, in their order, each once; null when it required none. */
export function acceptedRun(view: RunView, alsoRequired: readonly string[]): AcceptedRun | null {
  const required = new Map<string, RequiredCommand>();
  const ofSettings = alsoRequired.map((command) => ({ command, cwd: '', required: true }));
  const receipts = view.verifications.flatMap(({ receipt }) => receipt ?? []);
  for (const item of [...receipts, ...ofSettings]) {
    const { command, cwd } = item;
    if (item.required) required.set(JSON.stringify([command, cwd]), { command, cwd });
  }
  if (required.size === 0) return null;
  const calls = [...required.values()];
  return {
    script: scriptOf(view, calls),
    commands: [...new Set(calls.map(({ command }) => command))],
  };
}

function scriptOf(view: RunView, calls: readonly RequiredCommand[]): string {
  const meta = {
    name: `Accepted files of ${view.meta.name.slice(0, MAX_NAME_CHARS)}`,
    description: `Runs the commands of run ${view.runId} on the workspace as it is now.`,
  };
  return [
    `export const meta = ${JSON.stringify(meta, null, 2)};`,
    'const passed = [];',
    ...calls.map((call) => `passed.push((await verify(${JSON.stringify(call)})).ok);`),
    'return passed.every((ok) => ok);',
    '',
  ].join('\n');
}
