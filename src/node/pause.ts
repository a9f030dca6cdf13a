/** Waits on the real clock, between two looks at what another process does. Tests of core move their own clock. */
export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
