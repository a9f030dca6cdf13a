import type { JSX } from 'preact';
import { nowMs } from '../shared/clock.ts';
import { countStatuses } from '../../../src/protocol/view/summarizeRun.ts';
import type { RunView } from '../../../src/protocol/view/runView.ts';
import { describeProgress } from '../shared/runFacts.ts';
import {
  buildTimeline,
  TIMELINE_LAYERS,
  type Timeline,
  type TimelineLayer,
} from './timelineModel.ts';

const STEPS = 120;
const HEIGHT = 32;

/** The run at a glance: agents over time, stacked by state. */
export function TimelineStrip({ view }: { readonly view: RunView }): JSX.Element | null {
  if (view.agents.length === 0) return null;
  const timeline = buildTimeline(view, { steps: STEPS, nowMs: latestMoment(view) });
  return (
    <svg
      class="timeline"
      role="img"
      aria-label={`Agents over time: ${describeProgress(countStatuses(view.agents))}`}
      viewBox={`0 0 ${STEPS - 1} ${HEIGHT}`}
      preserveAspectRatio="none"
    >
      {drawLayers(timeline).map(({ layer, path }) => (
        <path key={layer} class={`layer-${layer}`} d={path} />
      ))}
    </svg>
  );
}

/** A run that has ended must not be drawn anew each second. */
function latestMoment(view: RunView): number {
  return view.state === 'running' ? nowMs.value : (view.endedAt ?? nowMs.peek());
}

function drawLayers(timeline: Timeline): readonly { layer: TimelineLayer; path: string }[] {
  const scale = HEIGHT / Math.max(1, timeline.peak);
  let floor = new Array<number>(STEPS).fill(0);
  return TIMELINE_LAYERS.map((layer) => {
    const ceiling = floor.map((value, index) => value + (timeline.counts[layer][index] ?? 0));
    const path = drawBand(floor, ceiling, scale);
    floor = ceiling;
    return { layer, path };
  });
}

function drawBand(floor: readonly number[], ceiling: readonly number[], scale: number): string {
  const point = (value: number, index: number): string =>
    `${index},${(HEIGHT - value * scale).toFixed(2)}`;
  const there = ceiling.map(point);
  const back = floor.map(point).toReversed();
  return `M${there.join('L')}L${back.join('L')}Z`;
}
