import { signal } from '@preact/signals';
import { formatDuration } from '../../../src/base/format.ts';

const TICK_MS = 1000;

/** The present time, which goes on once a second while the page is visible. */
export const nowMs = signal(Date.now());

/** Starts the ticking that running rows and cards show. */
export function startClock(): void {
  setInterval(() => {
    if (!document.hidden) nowMs.value = Date.now();
  }, TICK_MS);
}

/** How long something has taken, or has been taking so far: then in whole seconds, which tick. */
export function describeElapsed(startedAt: number, endedAt: number | null): string {
  // Clocks of two machines may differ, and nothing takes less than no time.
  const elapsedMs = Math.max(0, (endedAt ?? nowMs.value) - startedAt);
  if (endedAt !== null && elapsedMs < 60_000) return formatDuration(elapsedMs);
  const seconds = Math.floor(elapsedMs / 1000);
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000);
}
