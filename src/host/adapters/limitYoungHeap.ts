/**
 * Imported first by each process that runs agents, for what it does. Under a thousand streamed answers V8
 * doubles its young generation until it holds a hundred megabytes of garbage over some thirty that are alive.
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Half the memory of a young generation that grows freely; smaller ones cost time in many more collections. */
const MAX_YOUNG_BYTES = 16 * 1024 * 1024;

// The size itself can only be set on the command line of a process, which is not ours everywhere: its growth is
// stopped instead. Watched to the end, since an idle process gives memory back and may need it again.
const observer = new PerformanceObserver(() => {
  setFlagsFromString(`--semi-space-growth-factor=${youngBytes() < MAX_YOUNG_BYTES ? 2 : 1}`);
});
observer.observe({ entryTypes: ['gc'] });

function youngBytes(): number {
  const young = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
  return young?.space_size ?? 0;
}
