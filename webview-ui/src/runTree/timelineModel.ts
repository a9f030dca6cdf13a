import type { RunView } from '../../../src/protocol/view/runView.ts';

export const TIMELINE_LAYERS = ['ok', 'failed', 'muted', 'running', 'queued'] as const;
export type TimelineLayer = (typeof TIMELINE_LAYERS)[number];

/** How many agents were in each state at equally spaced moments of the run. */
export interface Timeline {
  readonly peak: number;
  readonly counts: Readonly<Record<TimelineLayer, readonly number[]>>;
}

export interface TimelineOptions {
  /** Number of moments. */
  readonly steps: number;
  /** The last moment. */
  readonly nowMs: number;
}

/** Counts agents over time from their three times; costs one pass over the agents. */
export function buildTimeline(view: RunView, { steps, nowMs }: TimelineOptions): Timeline {
  const span = Math.max(1, nowMs - view.startedAt);
  const changes = emptyLayers(steps);
  const change = (layer: TimelineLayer, at: number, by: number): void => {
    const step = Math.round(((at - view.startedAt) / span) * (steps - 1));
    const clamped = Math.min(steps - 1, Math.max(0, step));
    changes[layer][clamped] = (changes[layer][clamped] ?? 0) + by;
  };
  for (const agent of view.agents) {
    change('queued', agent.queuedAt, 1);
    if (agent.startedAt !== null) {
      change('queued', agent.startedAt, -1);
      change('running', agent.startedAt, 1);
    }
    if (agent.endedAt === null) continue;
    change(agent.startedAt === null ? 'queued' : 'running', agent.endedAt, -1);
    change(layerOfEnd(agent.status), agent.endedAt, 1);
  }
  for (const layer of TIMELINE_LAYERS) accumulate(changes[layer]);
  return { peak: view.agents.length, counts: changes };
}

function emptyLayers(steps: number): Record<TimelineLayer, number[]> {
  const zeros = (): number[] => new Array<number>(steps).fill(0);
  return { ok: zeros(), failed: zeros(), muted: zeros(), running: zeros(), queued: zeros() };
}

function layerOfEnd(status: RunView['agents'][number]['status']): TimelineLayer {
  return status === 'ok' || status === 'failed' ? status : 'muted';
}

function accumulate(values: number[]): void {
  let sum = 0;
  values.forEach((value, index) => {
    sum += value;
    values[index] = sum;
  });
}
