import assert from 'node:assert/strict';
import { startAnswerTimer } from '../../src/hostClient/answerTimer.ts';

describe('the timer of an answer', () => {
  it('calls back when nothing waits to be handled', async () => {
    await new Promise<void>((resolve) => {
      startAnswerTimer({ limitMs: 1, onceDrained: (callback) => callback(), onLate: resolve });
    });
  });

  it('takes an answer as in time that had arrived and was not handled yet', async () => {
    const drain = await new Promise<() => void>((resolve) => {
      const timer = startAnswerTimer({
        limitMs: 1,
        onceDrained: (callback) => {
          // Handling what waits brings the answer, and with it the end of the timer.
          timer.dispose();
          resolve(callback);
        },
        onLate: () => assert.fail('It was in time.'),
      });
    });
    drain();
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  });

  it('is silent once disposed', async () => {
    const onceDrained = (): void => assert.fail('It looked.');
    startAnswerTimer({ limitMs: 0, onceDrained, onLate: onceDrained }).dispose();
    // A later one of the same length comes after it.
    await new Promise<void>((resolve) => {
      startAnswerTimer({ limitMs: 0, onceDrained: (callback) => callback(), onLate: resolve });
    });
  });
});
