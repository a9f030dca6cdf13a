import { JSException, QuickJS, type JSValueHandle } from 'quickjs-wasi';
import { errorText } from '../../base/errorText.ts';
import {
  CONTROL_INTERRUPT,
  type SandboxLimits,
  type SandboxModules,
} from '../../protocol/threads/scriptTask.ts';
import { errorPosition, formatPosition, type PositionedScript } from './errorPosition.ts';
import { PRELUDE_SOURCE } from './preludeSource.ts';
import type { ScriptVm, ScriptVmHost, VmStop } from './scriptVm.ts';

export interface QuickJsVmOptions {
  readonly modules: SandboxModules;
  readonly limits: SandboxLimits;
  readonly control: Int32Array;
  readonly host: ScriptVmHost;
  /** Values that the prelude needs; see preludeSource. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly nowMs: () => number;
}

/** Makes a VM with the dialect's globals in it and nothing else. */
export async function createQuickJsVm(options: QuickJsVmOptions): Promise<ScriptVm> {
  const guard = new ComputeGuard(options);
  const vm = await QuickJS.create({
    wasm: options.modules.quickjs,
    extensions: [...options.modules.extensions],
    memoryLimit: options.limits.memoryBytes,
    maxStackSize: options.limits.stackBytes,
    interruptHandler: () => guard.mustStop(),
    // A fixed clock: what a script could read from it would differ on resume.
    wasi: (memory: WebAssembly.Memory) => ({
      clock_time_get: (_clock: number, _precision: bigint, resultPointer: number) => {
        new DataView(memory.buffer).setBigUint64(resultPointer, 0n, true);
        return 0;
      },
    }),
    timezoneOffset: 0,
  });
  return new QuickJsVm(vm, guard, options);
}

/** Decides whether running code must stop now, and remembers why. */
class ComputeGuard {
  readonly #options: QuickJsVmOptions;
  #deadlineMs = Infinity;
  #reason: 'interrupted' | 'timeout' | null = null;

  constructor(options: QuickJsVmOptions) {
    this.#options = options;
  }

  arm(): void {
    this.#deadlineMs = this.#options.nowMs() + this.#options.limits.computeMs;
  }

  mustStop(): boolean {
    if (this.#reason !== null) return true;
    if (Atomics.load(this.#options.control, CONTROL_INTERRUPT) !== 0) this.#reason = 'interrupted';
    // The engine asks only once in thousands of instructions, so that a look at the clock is cheap here.
    if (this.#options.nowMs() > this.#deadlineMs) this.#reason ??= 'timeout';
    return this.#reason !== null;
  }

  get reason(): 'interrupted' | 'timeout' | null {
    return this.#reason;
  }
}

class QuickJsVm implements ScriptVm {
  readonly #vm: QuickJS;
  readonly #guard: ComputeGuard;
  readonly #deliver: JSValueHandle;
  readonly #watch: JSValueHandle;

  constructor(vm: QuickJS, guard: ComputeGuard, options: QuickJsVmOptions) {
    this.#vm = vm;
    this.#guard = guard;
    guard.arm();
    const prelude = vm.evalCode(PRELUDE_SOURCE, 'muster-prelude.js');
    const host = createHostObject(vm, options.host);
    const settings = vm.hostToHandle(options.settings);
    const exported = vm.callFunction(prelude, vm.undefined, host, settings);
    this.#deliver = exported.getProp('deliver');
    this.#watch = exported.getProp('watch');
    for (const handle of [prelude, host, settings, exported]) handle.dispose();
  }

  start(source: string, fileName: string): VmStop | null {
    return this.#run(() => {
      const promise = this.#vm.evalCode(source, fileName);
      this.#vm.callFunction(this.#watch, this.#vm.undefined, promise).dispose();
      promise.dispose();
    });
  }

  deliver(messageJson: string): VmStop | null {
    return this.#run(() => {
      const message = this.#vm.newString(messageJson);
      this.#vm.callFunction(this.#deliver, this.#vm.undefined, message).dispose();
      message.dispose();
    });
  }

  dispose(): void {
    this.#vm.dispose();
  }

  #run(step: () => void): VmStop | null {
    this.#guard.arm();
    try {
      step();
      this.#vm.executePendingJobs();
      // A stop inside a job ends that job only; the guard remembers it.
      return this.#guard.reason === null ? null : { type: this.#guard.reason };
    } catch (error) {
      return this.#describeStop(error);
    }
  }

  #describeStop(error: unknown): VmStop {
    if (this.#guard.reason !== null) return { type: this.#guard.reason };
    if (error instanceof JSException) {
      if (error.name === 'SyntaxError') {
        return { type: 'syntax', message: error.message, stack: error.stack ?? '' };
      }
      return { type: isStackOverflow(error) ? 'stack' : 'memory' };
    }
    // The engine itself trapped: WebAssembly ran out of stack or memory.
    if (error instanceof RangeError) return { type: 'stack' };
    if (error instanceof WebAssembly.RuntimeError) return { type: 'memory' };
    throw error;
  }
}

function isStackOverflow(error: JSException): boolean {
  return error.name === 'RangeError' || error.name === 'InternalError';
}

function createHostObject(vm: QuickJS, host: ScriptVmHost): JSValueHandle {
  const object = vm.newObject();
  const add = (name: string, callback: (...args: JSValueHandle[]) => JSValueHandle): void => {
    const handle = vm.newFunction(name, (...args) => withoutStack(() => callback(...args)));
    vm.setProp(object, name, handle);
    handle.dispose();
  };
  const text = (handle: JSValueHandle | undefined): string =>
    handle?.isString === true ? handle.toString() : '';
  const number = (handle: JSValueHandle | undefined): number =>
    handle?.isNumber === true ? handle.toNumber() : 0;
  const answer = (effect: () => void): JSValueHandle => {
    effect();
    return vm.undefined;
  };
  add('call', (id, call) => answer(() => host.call(number(id), text(call))));
  add('cancelTimer', (id) => answer(() => host.cancelTimer(number(id))));
  add('phase', (title) => answer(() => host.phase(text(title))));
  add('log', (level, message) =>
    answer(() => host.log(text(level) === 'warning' ? 'warning' : 'info', text(message))),
  );
  add('files', (params) => vm.newString(host.files(text(params))));
  add('read', (params) => vm.newString(host.read(text(params))));
  add('compile', (source, fileName, linesBefore) => {
    const script = { fileName: text(fileName), linesBefore: number(linesBefore) };
    host.compiling(script);
    return compileChild(vm, text(source), script);
  });
  add('childEnd', (id, error) => answer(() => host.childEnd(number(id), text(error))));
  add('done', (result) => answer(() => host.done(text(result))));
  return object;
}

/** What goes wrong in here is thrown inside the sandbox, where nobody may see this process's own stack. */
function withoutStack(effect: () => JSValueHandle): JSValueHandle {
  try {
    return effect();
  } catch (error) {
    const shown = new Error(errorText(error));
    shown.stack = '';
    throw shown;
  }
}

/** The child's code as a function of its globals, or a sentence about why it is no code. */
function compileChild(vm: QuickJS, source: string, script: PositionedScript): JSValueHandle {
  try {
    return vm.evalCode(source, script.fileName);
  } catch (error) {
    // Thrown as it is, it would carry a stack of this process into the sandbox.
    if (!(error instanceof JSException)) throw error;
    const place = errorPosition(error.stack ?? '', [script]);
    const where = place === null ? script.fileName : formatPosition(place);
    return vm.newString(`${where}: ${error.message}`);
  }
}
