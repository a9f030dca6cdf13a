import { assertNever } from '../../base/assertNever.ts';
import type { RunEventOf } from '../events/runEvents.ts';
import { countCommand } from './reduceAgents.ts';
import { setupLine, withLog } from './reduceLog.ts';
import { answerCommand, answerGate, askCommand, openGate } from './reduceQuestions.ts';
import { endVerification, startVerification } from './reduceVerifications.ts';
import { endWorkflow, startWorkflow } from './reduceWorkflows.ts';
import type { RunView } from './runView.ts';

type CallEvent = RunEventOf<
  | 'verify.started'
  | 'verify.ended'
  | 'timer.fired'
  | 'call.refused'
  | 'gate.opened'
  | 'gate.answered'
  | 'command.asked'
  | 'command.answered'
  | 'command.ended'
  | 'setup.ended'
  | 'workflow.started'
  | 'workflow.ended'
>;

/** What the events of calls that are no agents make of a view. */
export function applyCallEvent(view: RunView, event: CallEvent): RunView {
  switch (event.type) {
    case 'verify.started':
      return startVerification(view, event);
    case 'verify.ended':
      return endVerification(view, event);
    case 'timer.fired':
    case 'call.refused':
      return view;
    case 'gate.opened':
      return openGate(view, event);
    case 'gate.answered':
      return answerGate(view, event);
    case 'command.asked':
      return askCommand(view, event);
    case 'command.answered':
      return answerCommand(view, event);
    case 'setup.ended':
      return withLog(view, setupLine(event));
    case 'command.ended':
      return countCommand(view, event);
    case 'workflow.started':
      return startWorkflow(view, event);
    case 'workflow.ended':
      return endWorkflow(view, event);
    default:
      return assertNever(event);
  }
}
