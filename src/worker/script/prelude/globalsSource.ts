/** The names of the dialect, made anew for each script that runs in the engine. */
export const GLOBALS_SOURCE = String.raw`
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

  function listFiles(glob, options) {
    const pair = '[' + jsonOf(glob === undefined ? '**' : glob) + ',' + jsonOf(options || {}) + ']';
    return syncValue(host.files(checkSize('The arguments of files()', pair)));
  }
  function readText(path) {
    return syncValue(host.read(checkSize('The argument of read()', jsonOf(path))));
  }

  function logger(write) {
    return (...parts) => write(...parts);
  }

  /* The whole of the usual console: a call that was left in from debugging must not end a run. */
  function consoleOf() {
    const made = {};
    for (const name of ['log', 'info', 'debug', 'dir', 'table', 'trace', 'group', 'groupCollapsed', 'count']) {
      made[name] = logger(log);
    }
    for (const name of ['warn', 'error']) made[name] = logger(warn);
    /* There is no clock to measure with. */
    for (const name of ['groupEnd', 'time', 'timeLog', 'timeEnd', 'countReset', 'clear']) made[name] = () => undefined;
    made.assert = (holds, ...parts) => {
      if (!holds) warn('Assertion failed:', ...parts);
    };
    return made;
  }

  /*
   * The dialect's names for one script. A scope is who calls: the child's number, or null for the run's own
   * script, and what its phase() said last. Each script gets functions of its own, so that what a child does
   * to them changes nothing for its parent.
   */
  function globalsOf(scope, args) {
    function agent(prompt, options) {
      return startAgent(scope, { prompt, options, outcome: false });
    }
    agent.outcome = function outcome(prompt, options) {
      return startAgent(scope, { prompt, options, outcome: true });
    };
    function files(glob, options) {
      return listFiles(glob, options);
    }
    files.changed = () => [...changed].sort();
    return {
      __proto__: null,
      agent,
      files,
      args,
      parallel: (thunks, options) => runParallel(thunks, options),
      pipeline: (items, ...stages) => runPipeline(items, ...stages),
      phase(title) {
        /* Nothing ends the phase; whatever else is its title. */
        scope.phase = title === undefined || title === null ? null : shorten(textOf(title));
        if (scope.phase === null) return;
        host.phase(scope.phase);
      },
      log: logger(log),
      budget: Object.freeze({
        ...meter(settings.budgetTokens, () => outputTokens),
        usd: meter(settings.budgetUsd, () => usd),
      }),
      verify: (spec) => startVerify(scope, spec),
      gate: (question, details) => openGate(scope, question, details),
      workflow: (nameOrRef, input) => startWorkflow(scope, nameOrRef, input),
      read: (path) => readText(path),
      console: consoleOf(),
      setTimeout: (callback, delayMs, ...values) => startTimer(callback, delayMs, ...values),
      clearTimeout: (timerId) => cancelTimer(timerId),
    };
  }
`;
