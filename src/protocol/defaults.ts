/** What holds when the user says nothing. package.json says the same to the editor's settings, by a test. */
import type { RetentionConfig } from './host/hostRpc.ts';
import type { RunLimits } from './runLimits.ts';

/** Limits of a run: enough for a real refactor, little enough that a mistake costs five dollars. */
export const DEFAULT_RUN_LIMITS: RunLimits = {
  maxAgents: 200,
  concurrency: 16,
  maxTokens: null,
  maxUsd: 5,
  maxMinutes: 60,
};

/** Runs of a workspace that are kept: those of a month or two, in a folder that a disk does not notice. */
export const DEFAULT_RETENTION: RetentionConfig = {
  maxRuns: 50,
  maxBytes: 2 * 1024 ** 3,
};
