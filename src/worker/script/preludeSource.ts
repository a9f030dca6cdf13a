/**
 * The first code that runs inside the sandbox, before the user's script. It builds the dialect's globals
 * on five host functions, then takes away everything that a script may not have. It is a string, because
 * it runs in another JavaScript engine; nothing in it can see this process. It is an expression: a
 * function of `host` that returns what the worker calls back.
 */
export const preludeSource = String.raw`
(function (host, settings) {
  'use strict';
  const { parse, stringify } = JSON;
  const NativePromise = Promise;
  const NativeError = Error;
  const { apply } = Reflect;
  const { then } = NativePromise.prototype;
  const pending = steady(new Map());
  const timers = steady(new Map());
  const fatal = steady(new WeakSet());
  const changed = steady(new Set());
  let nextCallId = 1;
  let currentPhase = null;
  let outputTokens = 0;
  let usd = 0;

  class WorkflowLimitError extends Error {
    constructor(message, limit, value) {
      super(message);
      this.name = 'WorkflowLimitError';
      this.limit = limit;
      this.value = value;
    }
  }

  /* Keeps a collection's own methods, so that a script that changes the built-in ones confuses only itself. */
  function steady(collection) {
    for (const name of ['get', 'set', 'has', 'add', 'delete']) {
      if (name in collection) Object.defineProperty(collection, name, { value: collection[name] });
    }
    return collection;
  }

  function onSettled(promise, resolved, rejected) {
    return apply(then, promise, [resolved, rejected]);
  }

  function textOf(value) {
    if (typeof value === 'string') return value;
    if (value instanceof NativeError) return value.name + ': ' + value.message;
    try {
      const json = stringify(value);
      return json === undefined ? String(value) : json;
    } catch {
      return Object.prototype.toString.call(value);
    }
  }

  /* What JSON has no text for counts as null, as it does inside an array. */
  function jsonOf(value) {
    const json = stringify(value);
    return json === undefined ? 'null' : json;
  }

  function checkSize(what, json) {
    if (json.length > settings.maxJsonChars) {
      throw new RangeError(what + ' is larger than ' + settings.maxJsonChars + ' characters of JSON.');
    }
    return json;
  }

  function callHost(call) {
    const callId = nextCallId++;
    return new NativePromise((resolve, reject) => {
      pending.set(callId, { resolve, reject });
      /* Without a prototype: a toJSON that the script put on Object.prototype is not called for it. */
      host.call(callId, stringify({ __proto__: null, ...call }));
    });
  }

  function makeError(error) {
    if (error.name === 'WorkflowLimitError') {
      const limitError = new WorkflowLimitError(error.message, error.limit, error.value);
      fatal.add(limitError);
      return limitError;
    }
    const plain = new NativeError(error.message);
    plain.name = error.name;
    if (error.name === 'WorkflowCancelledError') fatal.add(plain);
    return plain;
  }

  function applyState(state) {
    outputTokens = state.outputTokens;
    usd = state.usd;
    for (const path of state.newChangedPaths) changed.add(path);
  }

  /* The worker calls this once for each answer, in the order of the journal. */
  function deliver(messageJson) {
    const message = parse(messageJson);
    applyState(message.state);
    const call = pending.get(message.callId);
    if (call === undefined) return;
    pending.delete(message.callId);
    if (message.type === 'settle') call.resolve(parse(message.json));
    else call.reject(makeError(message.error));
  }

  function syncValue(answerJson) {
    const answer = parse(answerJson);
    if (answer.type === 'throw') throw makeError(answer.error);
    return parse(answer.json);
  }

  function startAgent(prompt, options, outcome) {
    try {
      const pair = '[' + jsonOf(prompt) + ',' + jsonOf(options) + ']';
      const params = checkSize('The prompt and options of agent()', pair);
      return callHost({ method: 'agent', params, phase: currentPhase, outcome });
    } catch (error) {
      return NativePromise.reject(error);
    }
  }
  function agent(prompt, options) {
    return startAgent(prompt, options, false);
  }
  agent.outcome = function outcome(prompt, options) {
    return startAgent(prompt, options, true);
  };

  function verify(spec) {
    try {
      const params = checkSize('The argument of verify()', jsonOf(spec));
      return callHost({ method: 'verify', params, phase: currentPhase });
    } catch (error) {
      return NativePromise.reject(error);
    }
  }

  function checkList(name, list) {
    if (!Array.isArray(list)) throw new TypeError(name + '() needs an array, not ' + textOf(list) + '.');
    if (list.length > settings.maxBatchItems) {
      throw new RangeError(
        name + '() takes at most ' + settings.maxBatchItems + ' items, not ' + list.length + '.',
      );
    }
  }

  function checkFunctions(name, list, firstIndex) {
    for (let index = 0; index < list.length; index++) {
      if (typeof list[index] === 'function') continue;
      const hint =
        list[index] instanceof NativePromise
          ? 'a promise; wrap the call: () => agent(…)'
          : textOf(list[index]);
      throw new TypeError(name + '[' + (index + firstIndex) + '] must be a function, not ' + hint + '.');
    }
  }

  async function parallel(thunks, options) {
    checkList('parallel', thunks);
    checkFunctions('parallel', thunks, 0);
    const results = new Array(thunks.length).fill(null);
    async function runOne(index) {
      try {
        results[index] = await thunks[index]();
      } catch (error) {
        if (fatal.has(error)) throw error;
        log('parallel[' + index + '] failed: ' + textOf(error));
      }
    }
    let next = 0;
    async function runLane() {
      while (next < thunks.length) await runOne(next++);
    }
    const bound = options && Number(options.concurrency);
    const lanes = bound >= 1 ? Math.min(Math.floor(bound), thunks.length) : thunks.length;
    if (lanes === thunks.length) await NativePromise.all(thunks.map((_, index) => runOne(index)));
    else await NativePromise.all(Array.from({ length: lanes }, runLane));
    return results;
  }

  async function pipeline(items, ...stages) {
    checkList('pipeline', items);
    checkFunctions('pipeline stage ', stages, 1);
    async function runItem(item, index) {
      let previous = item;
      try {
        for (const stage of stages) previous = await stage(previous, item, index);
        return previous;
      } catch (error) {
        if (fatal.has(error)) throw error;
        log('pipeline[' + index + '] failed: ' + textOf(error));
        return null;
      }
    }
    return NativePromise.all(items.map(runItem));
  }

  /* Cut on this side: megabytes for a log line cost the host more than the script. */
  function shorten(text) {
    const { maxLineChars } = settings;
    if (text.length <= maxLineChars) return text;
    return text.slice(0, maxLineChars) + '… [' + (text.length - maxLineChars) + ' more characters]';
  }
  function phase(title) {
    currentPhase = shorten(textOf(title));
    host.phase(currentPhase);
  }
  function log(...parts) {
    host.log('info', shorten(parts.map(textOf).join(' ')));
  }
  function warn(...parts) {
    host.log('warning', shorten(parts.map(textOf).join(' ')));
  }

  function meter(total, spent) {
    return Object.freeze({
      total,
      spent,
      remaining: () => (total === null ? Infinity : Math.max(0, total - spent())),
    });
  }
  const budget = Object.freeze({
    ...meter(settings.budgetTokens, () => outputTokens),
    usd: meter(settings.budgetUsd, () => usd),
  });

  function files(glob, options) {
    const pair = '[' + jsonOf(glob === undefined ? '**' : glob) + ',' + jsonOf(options || {}) + ']';
    return syncValue(host.files(checkSize('The arguments of files()', pair)));
  }
  files.changed = () => [...changed].sort();
  function read(path) {
    return syncValue(host.read(checkSize('The argument of read()', jsonOf(path))));
  }

  let nextTimerId = 1;
  function setTimeout(callback, delayMs, ...values) {
    if (typeof callback !== 'function') throw new TypeError('setTimeout() needs a function.');
    const timerId = nextTimerId++;
    const delay = Math.min(Math.max(0, Number(delayMs) || 0), settings.maxTimerMs);
    timers.set(timerId, nextCallId);
    onSettled(callHost({ method: 'timer', delayMs: delay }), () => {
      timers.delete(timerId);
      callback(...values);
    });
    return timerId;
  }
  function clearTimeout(timerId) {
    const callId = timers.get(timerId);
    if (callId === undefined) return;
    timers.delete(timerId);
    pending.delete(callId);
    host.cancelTimer(callId);
  }

  /* Names the place inside a value that JSON would lose or change. */
  function findUnfit(value, path, seen) {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return null;
    if (typeof value === 'number') return Number.isFinite(value) ? null : path + ' is ' + value;
    if (typeof value !== 'object') return path + ' is a ' + typeof value;
    if (typeof value.toJSON === 'function') return null;
    if (seen.has(value)) return path + ' refers back to itself';
    if (value instanceof Map || value instanceof Set) {
      return path + ' is a ' + value.constructor.name + '; use an array or an object';
    }
    seen.add(value);
    for (const key of Object.keys(value)) {
      if (key === '__proto__') return path + ' has a key "__proto__"';
      if (value[key] === undefined) continue;
      const child = Array.isArray(value) ? path + '[' + key + ']' : path + '.' + key;
      const unfit = findUnfit(value[key], child, seen);
      if (unfit !== null) return unfit;
    }
    seen.delete(value);
    return null;
  }

  function done(result) {
    host.done(stringify({ __proto__: null, ...result }));
  }

  function returned(value) {
    if (value === undefined) return done({ type: 'returned', json: 'null' });
    let problem;
    let json;
    try {
      problem = findUnfit(value, 'result', new Set());
      json = problem === null ? jsonOf(value) : '';
    } catch (error) {
      problem = 'result cannot be read: ' + textOf(error);
    }
    if (problem === null && json.length > settings.maxJsonChars) problem = 'result is too large';
    if (problem === null) return done({ type: 'returned', json });
    return done({ type: 'unfit', message: problem });
  }

  function threw(error) {
    let described;
    try {
      described =
        error instanceof NativeError
          ? { name: String(error.name), message: String(error.message), stack: String(error.stack) }
          : { name: 'Error', message: textOf(error), stack: '' };
    } catch {
      described = { name: 'Error', message: 'The script threw a value that cannot be read.', stack: '' };
    }
    done({ type: 'threw', ...described });
  }

  function forbid(message) {
    return function () {
      throw new NativeError(message);
    };
  }

  function closeFunctionConstructors() {
    const samples = [function () {}, async function () {}, function* () {}, async function* () {}];
    for (const sample of samples) {
      const prototype = Object.getPrototypeOf(sample);
      const closed = forbid('code from strings is not available');
      Object.defineProperty(closed, 'prototype', { value: prototype });
      Object.defineProperty(closed, 'name', { value: prototype.constructor.name });
      Object.defineProperty(prototype, 'constructor', { value: closed });
      if (sample === samples[0]) globalThis.Function = closed;
    }
  }

  function closeClock() {
    const why =
      'is not available: a resumed run would take another path. Pass times through args, vary by index.';
    const NativeDate = Date;
    const WorkflowDate = function Date(...parts) {
      if (new.target === undefined) throw new NativeError('Date() ' + why);
      if (parts.length === 0) throw new NativeError('new Date() without arguments ' + why);
      return Reflect.construct(NativeDate, parts, new.target);
    };
    WorkflowDate.UTC = NativeDate.UTC;
    WorkflowDate.parse = NativeDate.parse;
    WorkflowDate.now = forbid('Date.now() ' + why);
    NativeDate.now = WorkflowDate.now;
    Object.defineProperty(WorkflowDate, 'prototype', { value: NativeDate.prototype });
    Object.defineProperty(NativeDate.prototype, 'constructor', { value: WorkflowDate });
    globalThis.Date = WorkflowDate;
    Math.random = forbid('Math.random() ' + why);
  }

  function define(name, value) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }

  closeFunctionConstructors();
  closeClock();
  const allowed = new Set(settings.allowedGlobals);
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!allowed.has(name)) delete globalThis[name];
  }
  const console = { log, info: log, debug: log, warn, error: warn };
  const added = { agent, parallel, pipeline, phase, log, budget, verify, files, read };
  Object.assign(added, { console, setTimeout, clearTimeout });
  for (const name of Object.keys(added)) define(name, added[name]);
  define('args', settings.argsJson === null ? undefined : parse(settings.argsJson));

  return {
    deliver,
    watch(promise) {
      onSettled(promise, returned, threw);
    },
  };
})
`;
