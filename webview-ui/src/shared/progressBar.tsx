import type { JSX } from 'preact';
import type { StatusCounts } from '../../../src/protocol/view/summarizeRun.ts';
import { describeProgress, doneCount, totalCount } from './runFacts.ts';

export interface ProgressBarProps {
  readonly label: string;
  readonly counts: StatusCounts;
}

/** A thin bar of what is done, what failed and what is running. */
export function ProgressBar({ label, counts }: ProgressBarProps): JSX.Element {
  const total = totalCount(counts);
  const segments = [
    { name: 'ok', count: counts.ok },
    { name: 'failed', count: counts.failed },
    { name: 'muted', count: counts.skipped + counts.cancelled },
    { name: 'running', count: counts.running },
  ].filter((segment) => segment.count > 0);
  return (
    <div
      class="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={Math.max(1, total)}
      aria-valuenow={doneCount(counts)}
      aria-valuetext={describeProgress(counts)}
    >
      {segments.map((segment) => (
        <span
          key={segment.name}
          class={`segment fill-${segment.name}`}
          style={{ width: `${((segment.count / total) * 100).toFixed(2)}%` }}
        />
      ))}
    </div>
  );
}
