import assert from 'node:assert/strict';
import type { Json } from '../../../src/base/json.ts';
import type { ScriptHost, ScriptRunner } from '../../../src/core/ports/scriptRunner.ts';
import { checkScript } from '../../../src/core/script/checkScript.ts';
import { PREPARED_LINES_BEFORE, prepareChild } from '../../../src/core/script/prepareScript.ts';
import type { AsyncCall, HostToScript } from '../../../src/protocol/threads/scriptMessages.ts';
import {
  runBody,
  ScriptedHost,
  settle,
  throwing,
  valueOf,
  type Answer,
  type HostScript,
  type RunOptions,
} from './sandbox.ts';

/** Answers workflow() with children given as bodies by name, and remembers calls and ends in their order. */
export class ChildHost extends ScriptedHost {
  readonly calls: AsyncCall[] = [];
  /** `end 1`, or `end 1: error`, between `agent`, `verify`, `gate`, `workflow` and `timer` calls. */
  readonly order: string[] = [];

  constructor(children: Readonly<Record<string, string>>, answers: HostScript = {}) {
    super({ workflow: (pair) => answerChild(children, pair), ...answers });
  }

  override onMessage(
    message: Parameters<ScriptHost['onMessage']>[0],
    send: (answer: HostToScript) => void,
  ): void {
    if (message.type === 'call') {
      this.calls.push(message.call);
      this.order.push(message.call.method);
    } else if (message.type === 'childEnd') {
      const error = message.error === null ? '' : `: ${message.error}`;
      this.order.push(`end ${message.callId}${error}`);
    }
    super.onMessage(message, send);
  }
}

/** Answers workflow() as ChildHost does, in a run that has used this many output tokens. */
export function childrenAfter(
  children: Readonly<Record<string, string>>,
  outputTokens: number,
): NonNullable<HostScript['workflow']> {
  return (pair) => {
    const answer = answerChild(children, pair);
    return answer.type === 'settle' ? settle(answer.value, { outputTokens }) : answer;
  };
}

/** Gives a check for one runner: runs a body that may call these children, and compares its value or failure. */
export function checkChildren(runner: ScriptRunner) {
  return async (
    children: Readonly<Record<string, string>>,
    body: string,
    expected: unknown,
    options: RunOptions & { readonly answers?: HostScript } = {},
  ): Promise<ChildHost> => {
    const host = new ChildHost(children, options.answers ?? {});
    assert.deepEqual(valueOf(await runBody(runner, body, host, options)), expected);
    return host;
  };
}

function answerChild(children: Readonly<Record<string, string>>, pair: Json): Answer {
  // The sandbox always sends the pair [nameOrRef, args].
  const [name] = pair as readonly [Json, Json];
  const body = typeof name === 'string' ? children[name] : undefined;
  if (typeof name !== 'string' || body === undefined) {
    return throwing({ name: 'Error', message: `There is no workflow ${JSON.stringify(name)}.` });
  }
  const source = `export const meta = { name: '${name}', description: 'd' };\n${body}`;
  const [problem] = checkScript(source).diagnostics.filter(({ severity }) => severity === 'error');
  if (problem !== undefined) return throwing({ name: 'Error', message: problem.message });
  return settle({
    name,
    source: prepareChild(source),
    fileName: `.muster/workflows/${name}.js`,
    linesBefore: PREPARED_LINES_BEFORE,
  });
}
