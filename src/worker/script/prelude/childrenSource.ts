/** workflow(): a saved workflow inside the run, as a child that shares nothing with its parent but the engine. */
export const CHILDREN_SOURCE = String.raw`
  function startWorkflow(scope, nameOrRef, input) {
    try {
      if (scope.child !== null) {
        throw new NativeError(
          'workflow() cannot be called in a child workflow: one level only. Call it in the main script.',
        );
      }
      const fitted = input === undefined ? { json: null, problem: null } : fitJson('args', input);
      if (fitted.problem !== null) {
        throw new TypeError('The args of workflow() must be JSON, and ' + fitted.problem + '.');
      }
      const pair = '[' + jsonOf(nameOrRef) + ',' + (fitted.json === null ? 'null' : fitted.json) + ']';
      const params = checkSize('The arguments of workflow()', pair);
      const call = { method: 'workflow', params, phase: scope.phase };
      const site = String(new NativeError('').stack);
      return new NativePromise((resolve, reject) => {
        const run = { callId: 0, argsJson: fitted.json, site, resolve, reject };
        /* The answer holds code: no promise may carry it, because a script can put a then on Object.prototype. */
        run.callId = sendCall(call, { resolve: (child) => runChild(run, child), reject });
      });
    } catch (error) {
      return NativePromise.reject(error);
    }
  }

  /* Runs the child's code with globals of its own; only JSON goes in and comes out. */
  function runChild(run, child) {
    const fail = (error) => endChild(run, error);
    try {
      const compiled = host.compile(child.source, child.fileName, child.linesBefore);
      if (typeof compiled === 'string') throw plainError('SyntaxError', compiled);
      const args = run.argsJson === null ? undefined : parse(run.argsJson);
      const scope = { child: run.callId, phase: null };
      const globals = childGlobals(globalsOf(scope, args));
      const promise = apply(compiled, globals, [globals])();
      onSettled(
        promise,
        (value) => {
          const { json, problem } = fitJson('result', value);
          if (problem !== null) {
            const named = 'The workflow "' + child.name + '" must return JSON, and ' + problem + '.';
            return fail(new TypeError(named));
          }
          host.childEnd(run.callId, 'null');
          run.resolve(parse(json));
        },
        fail,
      );
    } catch (error) {
      fail(error);
    }
  }

  /* A child's global object: the engine's names as they were before any script ran, and its own. */
  function childGlobals(own) {
    const all = {};
    const set = (name, value) =>
      defineProperty(all, name, { __proto__: null, value, writable: true, configurable: true });
    for (let index = 0; index < natives.length; index++) set(natives[index].name, natives[index].value);
    const names = ownKeys(own);
    for (let index = 0; index < names.length; index++) set(names[index], own[names[index]]);
    set('globalThis', all);
    return all;
  }

  function endChild(run, error) {
    const described = describeThrown(error);
    const { name, message, stack } = described;
    const shown = { __proto__: null, name, message: shorten(message), stack: shorten(stack) };
    host.childEnd(run.callId, stringify(shown));
    run.reject(copyError(error, described, run.site));
  }

  /* Whoever catches it sees where the child threw, and then where the child was called. */
  function copyError(error, described, site) {
    const cause = fatal.get(error);
    if (cause !== undefined) return makeError(cause);
    return withStack(plainError(described.name, described.message), described.stack + '\n' + site);
  }
`;
