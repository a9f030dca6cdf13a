/** The calls that the host answers later, its answers, and what a script can see of the run's state. */
export const HOST_CALLS_SOURCE = String.raw`
  const pending = steady(new Map());
  const timers = steady(new Map());
  /* Errors that end a run whatever a script catches, each with what it was made from. */
  const fatal = steady(new WeakMap());
  const changed = steady(new Set());
  /* Why an agent's promise came to null, for a log line. */
  const causes = steady(new WeakMap());
  let nextCallId = 1;
  let nextTimerId = 1;
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

  /* The host's answer goes to one of the two functions of settle. Returns the call's number. */
  function sendCall(call, settle) {
    const callId = nextCallId++;
    pending.set(callId, settle);
    /* Without a prototype: a toJSON that the script put on Object.prototype is not called for it. */
    host.call(callId, stringify({ __proto__: null, ...call }));
    return callId;
  }
  /* An error that the host made shows where the script called: its own place is the prelude's. */
  function callHost(call) {
    const site = String(new NativeError('').stack);
    const answer = { promise: null };
    answer.promise = new NativePromise((resolve, reject) => {
      const note = (cause) => causes.set(answer.promise, cause);
      sendCall(call, { resolve, reject: (error) => reject(withStack(error, site)), note });
    });
    return answer.promise;
  }
  function withStack(error, value) {
    defineProperty(error, 'stack', { __proto__: null, value, writable: true, configurable: true });
    return error;
  }

  function plainError(name, message) {
    const error = new NativeError(message);
    error.name = name;
    return error;
  }
  function makeError(error) {
    const isLimit = error.name === 'WorkflowLimitError';
    if (!isLimit && error.name !== 'WorkflowCancelledError') return plainError(error.name, error.message);
    const made = isLimit
      ? new WorkflowLimitError(error.message, error.limit, error.value)
      : plainError(error.name, error.message);
    fatal.set(made, error);
    return made;
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
    if (message.cause !== undefined && call.note) call.note(message.cause);
    if (message.type === 'settle') call.resolve(parse(message.json));
    else call.reject(makeError(message.error));
  }

  function syncValue(answerJson) {
    const answer = parse(answerJson);
    if (answer.type === 'throw') throw makeError(answer.error);
    return parse(answer.json);
  }

  function refuseOverBudget() {
    const { budgetTokens, budgetUsd } = settings;
    const isTokens = budgetTokens !== null && outputTokens >= budgetTokens;
    if (!isTokens && (budgetUsd === null || usd === null || usd < budgetUsd)) return;
    const value = isTokens ? budgetTokens : budgetUsd;
    const amount = isTokens ? value + ' output tokens' : '$' + value;
    const message = 'agent(): the budget of ' + amount + ' for this run is used up.';
    const limit = isTokens ? 'budget' : 'budget.usd';
    throw makeError({ name: 'WorkflowLimitError', message, limit, value });
  }

  function startAgent(scope, { prompt, options, outcome }) {
    try {
      refuseOverBudget();
      /* What JSON can't carry is a failed agent with a cause, never an error: the prompt is then none. */
      const asked = tryJson(prompt);
      const how = tryJson(options);
      const pair = '[' + asked.json + ',' + how.json + ']';
      const params = checkSize('The prompt and options of agent()', pair);
      const { phase, child } = scope;
      return callHost({ method: 'agent', params, phase, outcome, child, problem: how.problem });
    } catch (error) {
      return NativePromise.reject(error);
    }
  }
  function startVerify(scope, spec) {
    try {
      const params = checkSize('The argument of verify()', jsonOf(spec));
      return callHost({ method: 'verify', params, phase: scope.phase });
    } catch (error) {
      return NativePromise.reject(error);
    }
  }
  function openGate(scope, question, details) {
    try {
      const pair = '[' + jsonOf(question) + ',' + jsonOf(details) + ']';
      const params = checkSize('The arguments of gate()', pair);
      return callHost({ method: 'gate', params, phase: scope.phase });
    } catch (error) {
      return NativePromise.reject(error);
    }
  }

  function startTimer(callback, delayMs, ...values) {
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
  function cancelTimer(timerId) {
    const callId = timers.get(timerId);
    if (callId === undefined) return;
    timers.delete(timerId);
    pending.delete(callId);
    host.cancelTimer(callId);
  }
`;
