/** Cuts text to a number of characters and says how much is missing. */
export function cutText(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  return `${text.slice(0, maxChars)}… [${text.length - maxChars} more characters]`;
}

/** First line of a text, cut, for places that show one row. */
export function oneLine(text: string, maxChars: number): string {
  const line = text.trim().split(/\r?\n/u, 1)[0] ?? '';
  return line.length <= maxChars ? line : `${line.slice(0, maxChars - 1)}…`;
}

/** Milliseconds as people say them: `850 ms`, `12.4 s`, `3 min 05 s`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 60_000) return `${(durationMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/** Dollars; an unknown price is said to be unknown, never shown as nothing. */
export function formatUsd(usd: number | null): string {
  if (usd === null) return 'cost unknown';
  return usd > 0 && usd < 0.01 ? '< $0.01' : `$${usd.toFixed(2)}`;
}

/** Token and other large counts: `950`, `12.4k`, `1.2M`. */
export function formatCount(count: number): string {
  if (count < 1000) return String(count);
  if (count < 1_000_000) return `${(count / 1000).toFixed(count < 10_000 ? 1 : 0)}k`;
  return `${(count / 1_000_000).toFixed(1)}M`;
}

/** Sizes on a disk: `950 B`, `12.4 KiB`, `1.2 GiB`. */
export function formatBytes(bytes: number): string {
  const units = ['KiB', 'MiB', 'GiB'];
  let size = bytes;
  let unit = 'B';
  for (const next of units) {
    if (size < 1024) break;
    size /= 1024;
    unit = next;
  }
  return unit === 'B' ? `${bytes} B` : `${size.toFixed(1)} ${unit}`;
}

/** `1 file`, `2 files`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
