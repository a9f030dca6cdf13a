import type { ErrorCode, ErrorInfo } from '../../protocol/errorCodes.ts';
import { errorText } from '../../base/errorText.ts';
import { AgentFailure } from '../agent/runAgent.ts';
import { ModelError } from '../ports/modelClient.ts';

/** Why a run's or an agent's signal was aborted. */
export class StopReason extends Error {
  override readonly name = 'StopReason';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Whether something was stopped from outside, as opposed to having failed. */
export function isStopReason(error: unknown): error is StopReason {
  return error instanceof StopReason;
}

/** The error of an agent as data. */
export function describeFailure(error: unknown): ErrorInfo {
  if (error instanceof AgentFailure || error instanceof ModelError || isStopReason(error)) {
    return { code: error.code, message: error.message };
  }
  return { code: 'internal', message: errorText(error) };
}
