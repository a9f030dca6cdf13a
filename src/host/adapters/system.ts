import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Clock, Random } from '../../core/ports/clock.ts';
import type { Log, LogFields } from '../../core/ports/log.ts';

/** The machine's time. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, callback) => {
    // A longer delay than the platform's timers carry would fire at once.
    const timer = setTimeout(callback, Math.min(delayMs, MAX_TIMER_MS));
    return { dispose: () => clearTimeout(timer) };
  },
};

const MAX_TIMER_MS = 2 ** 31 - 1;

/** The machine's randomness. Ids begin with their time, so that names sort by age. */
export const systemRandom: Random = {
  next: () => Math.random(),
  id: () => {
    const time = new Date().toISOString().replace(/[-:]/gu, '').slice(0, 15).replace('T', '-');
    return `${time}-${randomBytes(3).toString('hex')}`;
  },
};

/** Writes one JSON line for each message to a stream, usually the host's log file. */
export function createStreamLog(
  stream: { write(text: string): unknown },
  scrub: (text: string) => string,
): Log {
  const writer =
    (level: string) =>
    (tag: string, message: string, fields: LogFields = {}): void => {
      const at = new Date().toISOString();
      stream.write(`${scrub(JSON.stringify({ at, level, tag, message, ...fields }))}\n`);
    };
  return { info: writer('info'), warn: writer('warn'), error: writer('error') };
}
