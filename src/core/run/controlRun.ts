import { assertNever } from '../../base/assertNever.ts';
import type { RunControl } from '../../protocol/host/hostRpc.ts';
import type { CallRouter } from './calls/callRouter.ts';
import type { CommandApprovals } from './commands/commandApprovals.ts';
import { StopReason } from './runErrors.ts';
import type { RunSteering } from './runSteering.ts';

/** What the user's verbs change. */
export interface Controlled {
  readonly steering: RunSteering;
  readonly calls: CallRouter;
  readonly commands: CommandApprovals;
}

/** Carries out what the user asked for; a verb that does not apply now changes nothing. */
export function controlRun(controlled: Controlled, control: RunControl): void {
  const { steering, calls } = controlled;
  switch (control.action) {
    case 'pause':
      steering.pause();
      break;
    case 'resume':
      steering.resume();
      break;
    case 'throttle':
      steering.throttle(control.concurrency);
      break;
    case 'raise':
      steering.changeLimits(control.limits);
      break;
    case 'stop':
      steering.stopHeld();
      break;
    case 'cancel':
      steering.abort(new StopReason('cancelled', 'The run was cancelled.'));
      break;
    case 'skipAgent':
      calls.agents.skip(control.agentId);
      break;
    case 'retryAgent':
      calls.agents.restart(control.agentId);
      break;
    case 'answerGate':
      answerQuestion(controlled, control);
      break;
    default:
      assertNever(control);
  }
}

/** Questions about commands and gates have their numbers in common. */
function answerQuestion(
  { commands, steering, calls }: Controlled,
  control: Extract<RunControl, { action: 'answerGate' }>,
): void {
  const { gateId, approved, note, forRun = false } = control;
  if (commands.answer(gateId, { approved, forRun, by: 'user' })) return;
  steering.waitAtGate(null);
  calls.gates.answer(gateId, { approved, note, by: 'user' });
}
