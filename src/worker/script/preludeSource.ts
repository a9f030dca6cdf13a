import { batchesSource } from './prelude/batchesSource.ts';
import { childrenSource } from './prelude/childrenSource.ts';
import { globalsSource } from './prelude/globalsSource.ts';
import { hostCallsSource } from './prelude/hostCallsSource.ts';
import { lockdownSource } from './prelude/lockdownSource.ts';
import { urlsSource } from './prelude/urlsSource.ts';
import { valuesSource } from './prelude/valuesSource.ts';

const head = String.raw`
(function (host, settings) {
  'use strict';
`;

const tail = String.raw`
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
export const preludeSource = [
  head,
  valuesSource,
  hostCallsSource,
  batchesSource,
  globalsSource,
  childrenSource,
  lockdownSource,
  urlsSource,
  tail,
].join('\n');
