/** How long each answer of a background host may take, and why. A host answers on a busy machine, too. */
import type { HostMethod } from '../protocol/host/hostRpc.ts';

/** Answers from memory: milliseconds for a host that lives. Also the time to connect. */
export const MEMORY_ANSWER_MS = 10_000;

/**
 * What reads a run's folder: journals and proposals of a thousand agents take seconds on a cold disk. Asking the
 * owner of a run comes before, in the host, which takes up to three times MEMORY_ANSWER_MS when that is silent.
 */
const READ_ANSWER_MS = 60_000;

/** What decides waits for two locks, 30 seconds each at most, before it reads and writes. */
const DECIDE_ANSWER_MS = 120_000;

/** Time that the host gives the preparation of a run: the largest snapshot takes seconds, a minute means that it hangs. */
export const START_TIMEOUT_MS = 60_000;

/** Two such preparations, one after the other, and what is read before: the host says itself what hung. */
const START_ANSWER_MS = 150_000;

/** Four answers of a model, each tried again for up to ten minutes. The user sees it write, and can stop it. */
const PLAN_ANSWER_MS = 60 * 60_000;

/** Longest time for each answer. */
export const HOST_ANSWER_MS: Readonly<Record<HostMethod, number>> = {
  hello: MEMORY_ANSWER_MS,
  'provider.configure': MEMORY_ANSWER_MS,
  'retention.configure': MEMORY_ANSWER_MS,
  'plan.draft': PLAN_ANSWER_MS,
  'plan.estimate': START_ANSWER_MS,
  'plan.cancel': MEMORY_ANSWER_MS,
  'script.check': START_ANSWER_MS,
  'run.start': START_ANSWER_MS,
  'run.resume': START_ANSWER_MS,
  'run.verifyAccepted': START_ANSWER_MS,
  'run.control': READ_ANSWER_MS,
  'runs.list': READ_ANSWER_MS,
  'run.subscribe': READ_ANSWER_MS,
  'run.unsubscribe': MEMORY_ANSWER_MS,
  'run.report': READ_ANSWER_MS,
  'run.script': READ_ANSWER_MS,
  'agent.transcript': READ_ANSWER_MS,
  'proposals.get': READ_ANSWER_MS,
  'proposals.content': READ_ANSWER_MS,
  'proposals.accept': DECIDE_ANSWER_MS,
  'proposals.undo': DECIDE_ANSWER_MS,
  'proposals.applied': DECIDE_ANSWER_MS,
  'proposals.reject': DECIDE_ANSWER_MS,
  'proposals.restore': DECIDE_ANSWER_MS,
  'conflicts.content': READ_ANSWER_MS,
};
