/**
 * Carries out an accept or an undo as a process of its own, and is killed at one of its system calls: the
 * one that the order names, before or after it is made. Started by `runKilled`.
 */
import fs, { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { carryOutPlan } from '../../../src/apply/carryOutPlan.ts';
import { createDecisionLog } from '../../../src/host/adapters/store/decisionLog.ts';
import type { ApplyPlan, Decision } from '../../../src/protocol/proposals.ts';

/** What the process does, as JSON in the file that its argument names. */
export interface KillOrder {
  readonly workspace: string;
  readonly runDirectory: string;
  readonly intent: Decision;
  readonly plan: ApplyPlan;
  /** Counted from 1. */
  readonly killAtCall: number;
  readonly isAfterCall: boolean;
}

type AnyFunction = (...args: unknown[]) => unknown;
type Methods = Record<string, unknown>;

const SYNC_CALLS = ['linkSync', 'lstatSync', 'renameSync'];
const CALLS = ['chmod', 'link', 'lstat', 'mkdir', 'open', 'readFile', 'readlink', 'realpath'];
const MORE_CALLS = ['rename', 'rm', 'rmdir', 'stat', 'symlink', 'unlink', 'writeFile'];
const HANDLE_CALLS = ['appendFile', 'chmod', 'chown', 'datasync', 'read', 'readFile'];
const MORE_HANDLE_CALLS = ['stat', 'sync', 'truncate', 'write', 'writeFile'];

async function main(orderFile: string): Promise<void> {
  // Written by the test that starts this process.
  const order = JSON.parse(readFileSync(orderFile, 'utf8')) as KillOrder;
  const { workspace, runDirectory, intent, plan } = order;
  const log = createDecisionLog({ runDirectory, lockFile: `${runDirectory}/lock` });
  await killAtCall(order);
  await log.append(intent);
  const outcomes = await carryOutPlan(plan, { folder: workspace });
  const { decisionId } = plan;
  await log.append({ type: 'outcome', decisionId, at: 2, outcomes: [...outcomes] });
}

async function killAtCall({ killAtCall: last, isAfterCall }: KillOrder): Promise<void> {
  let calls = 0;
  const isLast = (): boolean => {
    calls += 1;
    return calls === last;
  };
  const die = (): void => {
    process.kill(process.pid, 'SIGKILL');
  };
  const watch = (call: AnyFunction): AnyFunction => {
    return function watched(this: unknown, ...args) {
      const isLastCall = isLast();
      if (isLastCall && !isAfterCall) die();
      const result = call.apply(this, args);
      if (isLastCall && !(result instanceof Promise)) die();
      return isLastCall && result instanceof Promise ? result.finally(die) : result;
    };
  };
  const handle = await fs.promises.open(process.execPath, 'r');
  await handle.close();
  watchAll(fs, SYNC_CALLS, watch);
  watchAll(fs.promises, [...CALLS, ...MORE_CALLS], watch);
  watchAll(Object.getPrototypeOf(handle), [...HANDLE_CALLS, ...MORE_HANDLE_CALLS], watch);
  // What was imported by name is led to the watched calls, too.
  syncBuiltinESMExports();
}

function watchAll(
  target: unknown,
  names: readonly string[],
  watch: (call: AnyFunction) => AnyFunction,
): void {
  // Node's modules and prototypes, looked at as bags of methods.
  const methods = target as Methods;
  for (const name of names) {
    const call = methods[name];
    if (typeof call !== 'function') throw new Error(`There is no call ${name} to watch.`);
    methods[name] = watch(call as AnyFunction);
  }
}

await main(process.argv[2] ?? '');
