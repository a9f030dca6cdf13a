/** What rows look at in a run, beside what its script gave. */
import type { RunEventType } from '../../../src/protocol/events/runEvents.ts';
import type { DialectBench } from './dialectBench.ts';
import { EchoModel } from './echoModel.ts';

type See = (bench: DialectBench) => unknown;

/** The lines of the run's log; warnings begin with `! `. */
export const logs: See = (bench) =>
  bench.ofType('log').map(({ level, message }) => (level === 'warning' ? `! ${message}` : message));

/** The agents' ends by id: `ok`, or `outcome code`. */
export const ends: See = (bench) =>
  bench.engine.view.agents.map(({ agentId }) => {
    const ended = bench.ofType('agent.ended').findLast((event) => event.agentId === agentId);
    if (ended === undefined) return 'never ended';
    return ended.error === null ? ended.outcome : `${ended.outcome} ${ended.error.code}`;
  });

/** The messages of the agents' errors, by id. */
export const causes: See = (bench) =>
  bench.ofType('agent.ended').map(({ error }) => error?.message ?? null);

/** Fields of each agent as it was queued. */
export const queued =
  (...keys: readonly ('label' | 'phase' | 'group' | 'model' | 'agentType' | 'workflowId')[]): See =>
  (bench) =>
    bench.ofType('agent.queued').map((event) => keys.map((key) => event[key]));

/** How often each agent was started. */
export const attempts: See = (bench) => bench.ofType('agent.started').length;

/** Titles of phases in the order in which they were first named. */
export const phases: See = (bench) => bench.ofType('phase.started').map(({ title }) => title);

/** Status of the run's end, and why it is paused. */
export const status: See = (bench) => {
  const { status: name, pauseReason } = bench.ended ?? {};
  return pauseReason === null ? name : `${name} ${pauseReason}`;
};

/** The run's error as people see it. */
export const runError: See = (bench) => bench.ended?.error?.message ?? null;

export const prompts: See = (bench) => bench.prompts;

/** What was sent with each request. */
export const requests =
  (pick: (request: EchoModel['requests'][number]) => unknown): See =>
  (bench) =>
    bench.model instanceof EchoModel ? bench.model.requests.map(pick) : null;

/** Agents whose requests were open at the same time, at most. */
export const mostRunning: See = (bench) =>
  bench.model instanceof EchoModel ? bench.model.mostRunning : null;

/** How many entries of a type the journal has. */
export const count =
  (type: RunEventType): See =>
  (bench) =>
    bench.ofType(type).length;

/** Types of the journal's entries, those alone that are named. */
export const order =
  (...types: readonly RunEventType[]): See =>
  (bench) =>
    bench.events.map(({ type }) => type).filter((type) => types.includes(type));

/** The text of the last part of each request, where it came from the host and not from the script. */
export function lastMessages(bench: DialectBench): readonly (string | null)[] {
  if (!(bench.model instanceof EchoModel)) return [];
  return bench.model.requests.map(({ messages }) => {
    if (messages.length < 2) return null;
    const [part] = messages.at(-1)?.content ?? [];
    return part === undefined || part.type === 'toolUse' ? null : part.text;
  });
}
