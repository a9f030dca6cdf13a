import type { Job, JobResult } from './job.d.mts';

export function runJob(job: Job): Promise<JobResult>;
