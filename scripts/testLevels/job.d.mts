/** A process of the test run, as planJobs makes it of a level. */
export interface Job {
  readonly level: {
    readonly type: 'check' | 'mocha' | 'script';
    readonly name: string;
    readonly lane: 'computes' | 'waits';
    readonly needs: readonly string[];
    readonly limitMs: number;
    readonly testLimitMs?: number;
    readonly command?: readonly string[];
  };
  readonly title: string;
  readonly files: readonly string[];
  readonly seconds: number;
}

export interface JobResult {
  readonly job: Job;
  readonly counts: { readonly passed: number; readonly failed: number; readonly skipped: number };
  readonly problem: string | undefined;
  readonly seconds: number;
  readonly output: string;
}
