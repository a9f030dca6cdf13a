/** What each request of a client does. One set of handlers serves one connection. */
import { ClientApplies } from './clientApplies.ts';
import { configurationHandlers } from './handlers/configurationHandlers.ts';
import { planHandlers } from './handlers/planHandlers.ts';
import { proposalHandlers } from './handlers/proposalHandlers.ts';
import { runHandlers } from './handlers/runHandlers.ts';
import { watchHandlers } from './handlers/watchHandlers.ts';
import type { ClientHandlers, HostState } from './hostState.ts';
import type { Notify } from './notify.ts';
import { RunFeeds } from './runFeeds.ts';

/** Makes the handlers of one connection; `notify` reaches only that client. */
export function createHostHandlers(state: HostState, notify: Notify): ClientHandlers {
  const feeds = new RunFeeds(state, notify);
  const plans = new Map<string, AbortController>();
  const applies = new ClientApplies(state.reviews, state.services.log);
  return {
    handlers: {
      ...configurationHandlers(state),
      ...planHandlers(state, notify, plans),
      ...runHandlers(state),
      ...watchHandlers(state, feeds),
      ...proposalHandlers(state, applies),
    },
    flush: () => feeds.flush(),
    dispose: () => {
      feeds.dispose();
      for (const plan of plans.values()) plan.abort();
      applies.dispose();
    },
  };
}

/** Makes the handlers of a connection to a process that only lets others watch and steer its own runs. */
export function createControlHandlers(state: HostState, notify: Notify): ClientHandlers {
  const feeds = new RunFeeds(state, notify);
  const {
    'runs.list': list,
    'run.subscribe': subscribe,
    'run.unsubscribe': unsubscribe,
  } = watchHandlers(state, feeds);
  return {
    handlers: {
      'runs.list': list,
      'run.subscribe': subscribe,
      'run.unsubscribe': unsubscribe,
      // Never handed on: two processes that each take the other for the owner would do so for ever.
      'run.control': ({ runId, control }) => {
        state.runs.control(runId, control);
        return Promise.resolve({});
      },
    },
    flush: () => feeds.flush(),
    dispose: () => feeds.dispose(),
  };
}
