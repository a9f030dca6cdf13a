import { summarizeRun } from '../../../protocol/view/summarizeRun.ts';
import type { HostHandlers, HostState } from '../hostState.ts';
import type { RunFeeds } from '../runFeeds.ts';

type WatchMethods = 'runs.list' | 'run.subscribe' | 'run.unsubscribe';

/** What shows runs and follows them. */
export function watchHandlers(state: HostState, feeds: RunFeeds): Pick<HostHandlers, WatchMethods> {
  const { runs, reviews } = state;
  return {
    'runs.list': async () => {
      const views = await runs.list();
      const reviewed = await Promise.all(views.map((view) => reviews.withDecisions(view)));
      return { runs: reviewed.map(summarizeRun) };
    },
    'run.subscribe': ({ runId }) => feeds.subscribe(runId),
    'run.unsubscribe': ({ runId }) => {
      feeds.unsubscribe(runId);
      return Promise.resolve({});
    },
  };
}
