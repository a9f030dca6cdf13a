import type { Disposable } from '../base/disposables.ts';

export interface AnswerTimerOptions {
  readonly limitMs: number;
  /** Calls back when everything that has arrived is handled. */
  readonly onceDrained: (callback: () => void) => void;
  readonly onLate: () => void;
}

/**
 * Calls back when an answer is late, unless disposed before. What arrived while this process was too busy to look
 * is in time: it is read and handled first.
 */
export function startAnswerTimer({ limitMs, onceDrained, onLate }: AnswerTimerOptions): Disposable {
  let isDone = false;
  const giveUp = (): void => {
    if (!isDone) onLate();
  };
  const lookOnceMore = (): void => onceDrained(() => setImmediate(giveUp));
  const timer = setTimeout(() => setImmediate(lookOnceMore), limitMs);
  return {
    dispose: () => {
      isDone = true;
      clearTimeout(timer);
    },
  };
}
