/** Runs one script to its end: starts the VM, hands in the host's answers one by one, reports the outcome. */
import { receiveMessageOnPort } from 'node:worker_threads';
import * as z from 'zod';
import { errorText } from '../../base/errorText.ts';
import { parseJson } from '../../base/json.ts';
import {
  AsyncCall,
  HostToScript,
  PreparedChild,
  SyncAnswer,
  type ScriptOutcome,
  type ScriptToHost,
} from '../../protocol/threads/scriptMessages.ts';
import {
  CONTROL_INTERRUPT,
  CONTROL_SYNC_ANSWERS,
  type ScriptTask,
} from '../../protocol/threads/scriptTask.ts';
import { matchFiles } from './matchFiles.ts';
import { createQuickJsVm } from './quickJsVm.ts';
import { errorPosition, formatPosition, type PositionedScript } from './errorPosition.ts';
import type { ScriptVm, ScriptVmHost, VmStop } from './scriptVm.ts';

const GuestError = z.object({ name: z.string(), message: z.string(), stack: z.string() });
type GuestError = z.infer<typeof GuestError>;

const GuestResult = z.discriminatedUnion('type', [
  z.object({ type: z.literal('returned'), json: z.string() }),
  z.object({ type: z.literal('unfit'), message: z.string() }),
  GuestError.extend({ type: z.literal('threw') }),
]);
type GuestResult = z.infer<typeof GuestResult>;

/** Resolves with the outcome; rejects only for a fault of ours. */
export async function runScript(task: ScriptTask, nowMs: () => number): Promise<ScriptOutcome> {
  const bridge = new HostBridge(task);
  const vm = await createQuickJsVm({
    modules: task.modules,
    limits: task.limits,
    control: task.control,
    host: bridge,
    settings: preludeSettings(task),
    nowMs,
  });
  try {
    return await pump(vm, bridge, task);
  } finally {
    task.port.close();
    task.syncPort.close();
  }
}

function preludeSettings(task: ScriptTask): Readonly<Record<string, unknown>> {
  const { argsJson, budgetTokens, budgetUsd, allowedGlobals } = task;
  const { maxJsonChars, maxBatchItems } = task.limits;
  const values = { argsJson, budgetTokens, budgetUsd, allowedGlobals, maxJsonChars, maxBatchItems };
  return { ...values, maxTimerMs: MAX_TIMER_MS, maxLineChars: MAX_LINE_CHARS };
}

/** Characters of a log line or phase title that leave the sandbox; the host cuts for good. */
const MAX_LINE_CHARS = 16 * 1024;

/** Longest delay that a platform's timers carry, 24 days; Infinity is not JSON. */
const MAX_TIMER_MS = 2 ** 31 - 1;

function pump(vm: ScriptVm, bridge: HostBridge, task: ScriptTask): Promise<ScriptOutcome> {
  return new Promise((resolve, reject) => {
    const step = (run: () => VmStop | null): void => {
      try {
        const outcome = conclude(run(), bridge, task);
        if (outcome !== null) resolve(outcome);
        else if (task.reportsWaiting) bridge.waiting();
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    task.port.on('message', (message: unknown) => {
      const answer = HostToScript.parse(message);
      bridge.answered(answer);
      step(() => vm.deliver(JSON.stringify(answer)));
    });
    step(() => vm.start(task.source, task.fileName));
  });
}

function conclude(stop: VmStop | null, bridge: HostBridge, task: ScriptTask): ScriptOutcome | null {
  if (stop !== null) return stopOutcome(stop, task);
  if (bridge.result !== null) return resultOutcome(bridge.result, bridge.scripts);
  if (bridge.openCalls.size > 0) return null;
  return failed('script_never_settles', 'The script waits for a promise that nothing can settle.');
}

function stopOutcome(stop: VmStop, task: ScriptTask): ScriptOutcome {
  switch (stop.type) {
    case 'interrupted':
      return failed('script_interrupted', 'The script was stopped.');
    case 'timeout': {
      const seconds = task.limits.computeMs / 1000;
      const message = `The script computed for ${seconds} s without a pause and was stopped. Look for a loop that never ends.`;
      return failed('script_interrupted', message);
    }
    case 'memory': {
      const megabytes = Math.round(task.limits.memoryBytes / 1024 / 1024);
      return failed('script_memory', `The script needed more than ${megabytes} MiB of memory.`);
    }
    case 'stack':
      return failed('script_memory', 'The script’s calls are nested too deeply.');
    case 'syntax': {
      const outcome = failed('script_invalid', `Syntax error: ${stop.message}.`);
      return { ...outcome, ...lineAndColumn(stop.stack, task) };
    }
  }
}

/** `scripts` begins with the run's own one; the others are its children. */
function resultOutcome(
  result: GuestResult,
  scripts: readonly [PositionedScript, ...PositionedScript[]],
): ScriptOutcome {
  if (result.type === 'returned') return returnedOutcome(result);
  if (result.type === 'unfit') {
    const message = `The script's result must be JSON, and ${result.message}.`;
    return failed('script_result', message);
  }
  const [main, ...children] = scripts;
  const code = isOutOfMemory(result) ? 'script_memory' : 'script_error';
  const place = errorPosition(result.stack, scripts);
  const text =
    place?.fileName === main.fileName ? thrownText(result) : placedText(result, children);
  return { ...failed(code, text), ...lineAndColumn(result.stack, main) };
}

function lineAndColumn(
  stack: string,
  script: PositionedScript,
): { readonly line: number | null; readonly column: number | null } {
  const { line, column } = errorPosition(stack, [script]) ?? { line: null, column: null };
  return { line, column };
}

function thrownText({ name, message }: GuestError): string {
  return name === 'Error' ? message : `${name}: ${message}`;
}

/** What a child threw, behind the place in its own file. */
function placedText(error: GuestError, children: readonly PositionedScript[]): string {
  const place = errorPosition(error.stack, children);
  return place === null ? thrownText(error) : `${formatPosition(place)}: ${thrownText(error)}`;
}

// The code that checked the value shares its engine with the script, so that it proves nothing.
function returnedOutcome(result: Extract<GuestResult, { type: 'returned' }>): ScriptOutcome {
  try {
    parseJson(result.json);
    return result;
  } catch (error) {
    return failed('script_result', `The script's result is not JSON: ${errorText(error)}`);
  }
}

// The engine's own error for a failed allocation; a script can only make itself look short of memory.
function isOutOfMemory(result: { readonly name: string; readonly message: string }): boolean {
  return result.name === 'InternalError' && result.message === 'out of memory';
}

type FailedOutcome = Extract<ScriptOutcome, { type: 'failed' }>;

function failed(code: FailedOutcome['error']['code'], message: string): FailedOutcome {
  return { type: 'failed', error: { code, message }, line: null, column: null };
}

/** The worker's end of the host: turns calls of the sandbox into messages. */
class HostBridge implements ScriptVmHost {
  readonly openCalls = new Set<number>();
  answers = 0;
  result: GuestResult | null = null;
  readonly scripts: [PositionedScript, ...PositionedScript[]];
  readonly #task: ScriptTask;
  readonly #workflowCalls = new Set<number>();
  #paths: readonly string[] | null = null;

  constructor(task: ScriptTask) {
    this.#task = task;
    const { fileName, linesBefore, source } = task;
    this.scripts = [{ fileName, linesBefore, source }];
  }

  answered(answer: HostToScript): void {
    this.openCalls.delete(answer.callId);
    this.answers += 1;
    if (!this.#workflowCalls.delete(answer.callId) || answer.type !== 'settle') return;
    const child = PreparedChild.safeParse(parseJson(answer.json));
    // Known here with its text, which the columns of its errors are counted in.
    if (child.success) this.compiling(child.data);
  }

  compiling(script: PositionedScript): void {
    if (this.scripts.some(({ fileName }) => fileName === script.fileName)) return;
    this.scripts.push(script);
  }

  childEnd(callId: number, errorJson: string): void {
    const thrown = GuestError.nullable().parse(parseJson(errorJson));
    const [, ...children] = this.scripts;
    const error = thrown === null ? null : placedText(thrown, children);
    this.#post({ type: 'childEnd', callId, error });
  }

  call(callId: number, callJson: string): void {
    // A call that is refused here throws in the script; nobody would ever answer it.
    const call = AsyncCall.parse(parseJson(callJson));
    this.openCalls.add(callId);
    if (call.method === 'workflow') this.#workflowCalls.add(callId);
    this.#post({ type: 'call', callId, call });
  }

  cancelTimer(callId: number): void {
    this.openCalls.delete(callId);
    this.#post({ type: 'cancelTimer', callId });
  }

  waiting(): void {
    this.#post({ type: 'waiting', answers: this.answers });
  }

  phase(title: string): void {
    this.#post({ type: 'phase', title });
  }

  log(level: 'info' | 'warning', message: string): void {
    this.#post({ type: 'log', level, message });
  }

  files(paramsJson: string): string {
    this.#paths ??= this.#listPaths();
    return JSON.stringify(matchFiles(this.#paths, parseJson(paramsJson)));
  }

  read(paramsJson: string): string {
    return JSON.stringify(this.#ask({ type: 'sync', method: 'read', params: paramsJson }));
  }

  done(resultJson: string): void {
    this.result ??= GuestResult.parse(parseJson(resultJson));
  }

  #listPaths(): readonly string[] {
    const answer = this.#ask({ type: 'sync', method: 'files', params: 'null' });
    return answer.type === 'value' ? z.array(z.string()).parse(parseJson(answer.json)) : [];
  }

  #ask(message: Extract<ScriptToHost, { type: 'sync' }>): SyncAnswer {
    const { control, syncPort } = this.#task;
    const before = Atomics.load(control, CONTROL_SYNC_ANSWERS);
    this.#post(message);
    // The script stands still until the host has answered; a cancel wakes it too.
    while (Atomics.load(control, CONTROL_INTERRUPT) === 0) {
      Atomics.wait(control, CONTROL_SYNC_ANSWERS, before);
      const received = receiveMessageOnPort(syncPort);
      if (received !== undefined) return SyncAnswer.parse(received.message);
    }
    return { type: 'throw', error: { name: 'Error', message: 'The run was stopped.' } };
  }

  #post(message: ScriptToHost): void {
    this.#task.port.postMessage(message);
  }
}
