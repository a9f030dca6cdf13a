import { oneLine } from '../../base/format.ts';
import type { EstimateGap, StubKind } from '../../protocol/estimate.ts';
import { MAX_NAMED_FAILURES } from './estimateLimits.ts';
import type { MockAgent, MockRun } from './mockRun.ts';

/** Characters of one gap's message: a line on a card. */
const MAX_MESSAGE_CHARS = 300;

/** Keeps what one mock run sees, and little of what it says. */
export class MockRunRecorder {
  readonly agents: MockAgent[] = [];
  readonly verifications: { readonly phase: string | null; readonly command: string }[] = [];
  readonly gates: { readonly phase: string | null }[] = [];
  readonly workflows: string[] = [];
  cap: number | null = null;
  readonly #gaps: EstimateGap[] = [];
  readonly #stub: StubKind;

  constructor(stub: StubKind) {
    this.#stub = stub;
  }

  /** Notes a gap; of a kind only the first ones, and each text once. */
  note(code: EstimateGap['code'], text: string): void {
    const message = oneLine(text, MAX_MESSAGE_CHARS);
    const alike = this.#gaps.filter((gap) => gap.code === code);
    if (alike.length >= MAX_NAMED_FAILURES || alike.some((gap) => gap.message === message)) return;
    this.#gaps.push({ stub: this.#stub, code, message });
  }

  /** Keeps only what a batch swallowed: such a failure hides the agents that would have followed. */
  noteLog(line: string): void {
    if (/^(?:parallel|pipeline)\[\d+\] failed: /u.test(line)) this.note('itemFailed', line);
  }

  result(wasAnswered: boolean): MockRun {
    const { agents, verifications, gates, workflows, cap } = this;
    return { agents, verifications, gates, workflows, cap, gaps: this.#gaps, wasAnswered };
  }
}
