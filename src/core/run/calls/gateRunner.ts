/** Carries out the script's calls of gate(): a question to a person, whose answer is journaled and replayed. */
import * as z from 'zod';
import { canonicalJson, parseJson, type Json } from '../../../base/json.ts';
import { createDeferred } from '../../../base/deferred.ts';
import { cutText } from '../../../base/format.ts';
import type {
  AsyncCall,
  HostToScript,
  ThrownError,
} from '../../../protocol/threads/scriptMessages.ts';
import { MAX_GATE_DETAILS_CHARS, MAX_LOG_CHARS } from '../../limits.ts';
import type { GateAnswer } from '../replay/replayLog.ts';
import type { AnswerContext } from '../answers/answerContext.ts';
import { refuseCall } from '../answers/refuseCall.ts';
import type { RunContext } from '../runContext.ts';
import { sha256Hex } from '../../../node/sha256Hex.ts';

export type GateMessage = Extract<AsyncCall, { method: 'gate' }>;
type Send = (answer: HostToScript) => void;

/** What gates need of a run. */
export type GateContext = RunContext & Pick<AnswerContext, 'deliveries' | 'replay'>;

export interface GateRunnerOptions {
  /** Numbers of questions to the user: gates and commands have them in common. */
  readonly nextQuestionId: () => number;
  /** A gate has opened. */
  readonly onOpen: () => void;
}

interface OpenGate {
  readonly gateId: number;
  readonly callId: number;
  readonly question: string;
  readonly send: Send;
  timer: { dispose(): void } | null;
  done: () => void;
}

const Options = z.object({
  timeoutMs: z.number().nonnegative().nullish().catch(null),
  onTimeout: z.enum(['approve', 'reject']).nullish().catch(null),
});
type Options = z.infer<typeof Options>;

export class GateRunner {
  readonly #ctx: GateContext;
  readonly #options: GateRunnerOptions;
  readonly #open = new Map<number, OpenGate>();
  readonly #occurrences = new Map<string, number>();

  constructor(ctx: GateContext, options: GateRunnerOptions) {
    this.#ctx = ctx;
    this.#options = options;
  }

  /** The question that waits longest, or null. */
  get waiting(): string | null {
    const [first] = this.#open.values();
    return first?.question ?? null;
  }

  /** Resolves when the call has been answered, or the run has been stopped. */
  async handle(callId: number, message: GateMessage, send: Send): Promise<void> {
    const asked = readParams(message.params);
    if (asked === null) {
      const error = { name: 'TypeError', message: 'gate(): a "__proto__" key is not allowed.' };
      await refuseCall(this.#ctx, { callId, method: 'gate', error, mayRetry: false }, send);
      return;
    }
    const { question, details } = asked;
    const key = gateKey(question, details);
    const occurrence = this.#nextOccurrence(key);
    const recorded = this.#ctx.replay?.gates.get(`${key}#${occurrence}`);
    const gateId = recorded?.gateId ?? this.#options.nextQuestionId();
    const options = Options.parse(isObject(details) ? details : {});
    await this.#ctx.recorder.record({
      type: 'gate.opened',
      gateId,
      callId,
      contentKey: key,
      occurrence,
      question: cutText(question, MAX_LOG_CHARS),
      details: cutText(detailsText(details), MAX_GATE_DETAILS_CHARS),
      phase: message.phase,
      timeoutMs: options.timeoutMs ?? null,
    });
    if (this.#ctx.signal.aborted) return;
    const settled = createDeferred<undefined>();
    const done = (): void => settled.resolve(undefined);
    this.#open.set(gateId, { gateId, callId, question, send, timer: null, done });
    this.#answerAtOnce(gateId, recorded?.answer ?? null, options);
    this.#options.onOpen();
    await settled.promise;
  }

  /** False when no such gate is open. */
  answer(gateId: number, answer: GateAnswer): boolean {
    const gate = this.#open.get(gateId);
    if (gate === undefined) return false;
    this.#close(gate);
    const { approved, note, by } = answer;
    this.#ctx.track(
      this.#ctx.recorder
        .record({ type: 'gate.answered', gateId, approved, note, by }, () => {
          gate.send(this.#ctx.deliveries.settle(gate.callId, { approved, note }));
        })
        .finally(gate.done),
    );
    return true;
  }

  /** Answers a call with an answer of an earlier session. */
  deliverRecorded(
    answer: Pick<GateAnswer, 'approved' | 'note'>,
    call: { readonly callId: number; readonly message: GateMessage; readonly send: Send },
  ): void {
    const asked = readParams(call.message.params);
    if (asked !== null) this.#nextOccurrence(gateKey(asked.question, asked.details));
    const { approved, note } = answer;
    call.send(this.#ctx.deliveries.settle(call.callId, { approved, note }));
  }

  /** The run was stopped at a limit: nobody is asked any more, and the script is told. */
  rejectAll(error: ThrownError): void {
    for (const gate of this.#open.values()) {
      gate.send(this.#ctx.deliveries.fail(gate.callId, error));
    }
    this.dispose();
  }

  /** Nobody is asked any more. */
  dispose(): void {
    for (const gate of this.#open.values()) {
      this.#close(gate);
      gate.done();
    }
  }

  #nextOccurrence(key: string): number {
    const occurrence = this.#occurrences.get(key) ?? 0;
    this.#occurrences.set(key, occurrence + 1);
    return occurrence;
  }

  #answerAtOnce(gateId: number, recorded: GateAnswer | null, options: Options): void {
    const { onGate } = this.#ctx.config;
    if (recorded !== null) this.answer(gateId, recorded);
    else if (onGate === 'approve' || onGate === 'reject') {
      this.answer(gateId, { approved: onGate === 'approve', note: '', by: 'option' });
    } else if (typeof options.timeoutMs === 'number') {
      this.#startTimer(gateId, options.timeoutMs, options.onTimeout ?? 'reject');
    }
  }

  // Time that a person takes is not time of the run: this clock goes on while the run waits.
  #startTimer(gateId: number, timeoutMs: number, onTimeout: 'approve' | 'reject'): void {
    const gate = this.#open.get(gateId);
    if (gate === undefined) return;
    gate.timer = this.#ctx.services.clock.after(timeoutMs, () => {
      const note = `Nobody answered within ${Math.round(timeoutMs / 1000)} s.`;
      this.answer(gateId, { approved: onTimeout === 'approve', note, by: 'timeout' });
    });
  }

  #close(gate: OpenGate): void {
    this.#open.delete(gate.gateId);
    gate.timer?.dispose();
  }
}

/** Where a gate is found by what it asks. */
function gateKey(question: string, details: Json): string {
  return sha256Hex(canonicalJson({ question, details }));
}

const Pair = z.tuple([z.unknown(), z.unknown()]);

function readParams(
  paramsJson: string,
): { readonly question: string; readonly details: Json } | null {
  let parsed: Json;
  try {
    parsed = parseJson(paramsJson);
  } catch {
    // A "__proto__" key: nothing else makes this text unreadable.
    return null;
  }
  const [question, details] = Pair.catch([null, null]).parse(parsed);
  const text = typeof question === 'string' ? question : JSON.stringify(question);
  // What parseJson gave is Json; the tuple only says that there are two of it.
  return { question: text === 'null' ? 'Go on?' : text, details: details as Json };
}

function detailsText(details: Json): string {
  if (details === null) return '';
  if (typeof details === 'string') return details;
  if (!isObject(details)) return JSON.stringify(details, null, 2);
  const shown = Object.entries(details).filter(
    ([key]) => key !== 'timeoutMs' && key !== 'onTimeout',
  );
  return shown.length === 0 ? '' : JSON.stringify(Object.fromEntries(shown), null, 2);
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
