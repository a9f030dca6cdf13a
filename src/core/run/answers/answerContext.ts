import type { ThrownError } from '../../../protocol/threads/scriptMessages.ts';
import type { ReplayLog } from '../replay/replayLog.ts';
import type { Deliveries } from './deliveries.ts';

/** What it takes to answer a call of the script. */
export interface AnswerContext {
  readonly deliveries: Deliveries;
  /** What earlier sessions left; null in a new run. */
  readonly replay: ReplayLog | null;
  /** What every call of the script gets once the run was stopped at a limit; null before. */
  readonly stopError: () => ThrownError | null;
}
