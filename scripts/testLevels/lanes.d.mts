import type { Job, JobResult } from './job.d.mts';

export function runInLanes(
  jobs: readonly Job[],
  options: {
    readonly runJob: (job: Job) => Promise<JobResult>;
    readonly onEnd: (result: JobResult) => void;
    readonly cores?: number;
  },
): Promise<readonly JobResult[]>;
