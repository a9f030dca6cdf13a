/** What a running script sends: calls, reads, lines of its log. */
import { assertNever } from '../../base/assertNever.ts';
import { errorText } from '../../base/errorText.ts';
import type { HostToScript } from '../../protocol/threads/scriptMessages.ts';
import type { ScriptCallMessage, ScriptHost, ScriptSyncMessage } from '../ports/scriptRunner.ts';
import type { CallRouter } from './calls/callRouter.ts';
import { OpenCalls } from './calls/openCalls.ts';
import { answerScriptRead } from './calls/scriptReads.ts';
import type { RunContext } from './runContext.ts';
import type { RunLog } from './runLog.ts';
import type { RunSteering } from './runSteering.ts';

export interface ScriptMessagesOptions {
  readonly ctx: Pick<RunContext, 'services' | 'track'>;
  readonly calls: CallRouter;
  readonly steering: RunSteering;
  readonly log: RunLog;
}

export class ScriptMessages implements ScriptHost {
  readonly #options: ScriptMessagesOptions;
  readonly #open = new OpenCalls();

  constructor(options: ScriptMessagesOptions) {
    this.#options = options;
  }

  onMessage(message: ScriptCallMessage, send: (answer: HostToScript) => void): void {
    const { ctx, calls, steering, log } = this.#options;
    switch (message.type) {
      case 'childEnd':
        ctx.track(calls.workflows.noteEnd(message.callId, message.error));
        break;
      case 'phase':
        log.startPhase(message.title);
        break;
      case 'log':
        log.add(message.level, message.message);
        break;
      case 'cancelTimer':
        this.#open.drop(message.callId);
        calls.timers.cancel(message.callId);
        break;
      case 'call': {
        const { callId, call } = message;
        const answer = this.#open.begin(callId, call.method, send);
        steering.noteCall();
        ctx.track(calls.handle(callId, call, answer));
        break;
      }
      case 'waiting':
        this.#open.noteWaiting(message.answers);
        calls.noteWaiting(message.answers);
        this.checkGates();
        break;
      default:
        assertNever(message);
    }
  }

  onSync(message: ScriptSyncMessage): ReturnType<ScriptHost['onSync']> {
    return answerScriptRead(message, this.#options.ctx.services).catch((error: unknown) => ({
      type: 'throw',
      error: { name: 'Error', message: `The snapshot cannot be read: ${errorText(error)}` },
    }));
  }

  /** Says that the run waits for a person when nothing else can make the script go on. */
  checkGates(): void {
    const { steering, calls } = this.#options;
    steering.waitAtGate(this.#open.onlyGates ? calls.gates.waiting : null);
  }
}
