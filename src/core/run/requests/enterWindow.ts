import type { AdaptiveWindow, WindowPlace } from './adaptiveWindow.ts';

/** What one request holds while it is in flight. */
export interface WindowEntry {
  readonly place: WindowPlace;
  /** Gives the place and the permit back. */
  readonly leave: () => void;
}

/**
 * Waits until a run's permit and a place in the window are there together. Nobody waits for one while holding
 * the other: a paused run must not keep places from other runs, and a request that stands in line for a place
 * must not start after its run was paused.
 */
export async function enterWindow(
  window: AdaptiveWindow,
  options: { readonly signal: AbortSignal; readonly acquirePermit: () => Promise<() => void> },
): Promise<WindowEntry> {
  let release = await options.acquirePermit();
  for (;;) {
    const free = window.tryEnter();
    if (free !== null) return entryOf(free, release);
    release();
    const place = await window.enter(options.signal);
    const permit = options.acquirePermit();
    const already = await resolvedAlready(permit, place);
    if (already !== null) return entryOf(place, already);
    place.leave();
    release = await permit;
  }
}

function entryOf(place: WindowPlace, release: () => void): WindowEntry {
  const leave = (): void => {
    place.leave();
    release();
  };
  return { place, leave };
}

/** The permit if it is free, else null; gives the place back when it is refused. */
async function resolvedAlready(
  permit: Promise<() => void>,
  place: WindowPlace,
): Promise<(() => void) | null> {
  try {
    return await Promise.race([permit, aFewTurns()]);
  } catch (error) {
    place.leave();
    throw error;
  }
}

// A free permit is there after as many turns of the microtask queue as there are async functions around it.
async function aFewTurns(): Promise<null> {
  for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
  return null;
}
