import { BATCHES_SOURCE } from './prelude/batchesSource.ts';
import { CHILDREN_SOURCE } from './prelude/childrenSource.ts';
import { GLOBALS_SOURCE } from './prelude/globalsSource.ts';
import { HOST_CALLS_SOURCE } from './prelude/hostCallsSource.ts';
import { LOCKDOWN_SOURCE } from './prelude/lockdownSource.ts';
import { URLS_SOURCE } from './prelude/urlsSource.ts';
import { VALUES_SOURCE } from './prelude/valuesSource.ts';

const HEAD = String.raw`
(function (host, settings) {
  'use strict';
`;

const TAIL = String.raw`
  function done(result) {
    host.done(stringify({ __proto__: null, ...result }));
  }
  function returned(value) {
    const { json, problem } = fitJson('result', value);
    if (problem === null) return done({ type: 'returned', json });
    return done({ type: 'unfit', message: problem });
  }
  function threw(error) {
    done({ type: 'threw', ...describeThrown(error) });
  }

  closeFunctionConstructors();
  closeClock();
  completeUrls();
  const allowed = new Set(settings.allowedGlobals);
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!allowed.has(name)) delete globalThis[name];
  }
  const natives = ownKeys(globalThis).map((name) => ({ name, value: globalThis[name] }));
  const args = settings.argsJson === null ? undefined : parse(settings.argsJson);
  const own = globalsOf({ child: null, phase: null }, args);
  for (const name of ownKeys(own)) define(name, own[name]);

  return {
    deliver,
    watch(promise) {
      onSettled(promise, returned, threw);
    },
  };
})
`;

/**
 * The first code that runs inside the sandbox, before the user's script. It builds the dialect's globals
 * on a few host functions, then takes away everything that a script may not have. It is a string, because
 * it runs in another JavaScript engine; nothing in it can see this process. It is an expression: a
 * function of `host` that returns what the worker calls back.
 */
export const PRELUDE_SOURCE = [
  HEAD,
  VALUES_SOURCE,
  HOST_CALLS_SOURCE,
  BATCHES_SOURCE,
  GLOBALS_SOURCE,
  CHILDREN_SOURCE,
  LOCKDOWN_SOURCE,
  URLS_SOURCE,
  TAIL,
].join('\n');
