import type { ComposerState } from '../../protocol/webviews/chatMessages.ts';
import type { WorkflowPlan } from '../../protocol/plan.ts';
import type { RunLimits } from '../../protocol/runLimits.ts';
import type { RunActionName } from '../runs/runActions.ts';

/** What the chat reads from the editor and sets off in it. */
export interface ChatEditor {
  readonly composer: (isBusy: boolean) => Promise<ComposerState>;
  readonly limits: () => RunLimits;
  /** Globs of commands that the user's settings allow. */
  readonly allowedCommands: () => readonly string[];
  /** The command of the settings that prepares directories; null for none. */
  readonly setupCommand: () => string | null;
  /** Commands that have to pass, by the settings. */
  readonly requiredCommands: () => readonly string[];
  readonly openScript: (plan: WorkflowPlan) => Promise<void>;
  /** The script as the user edited it, or null when it was never opened. */
  readonly editedScript: (planId: string) => Promise<string | null>;
  readonly askLimits: (limits: RunLimits) => Promise<RunLimits | null>;
  readonly runAction: (runId: string, action: RunActionName) => Promise<void>;
  readonly chooseProvider: () => Promise<void>;
  readonly restartHost: () => Promise<void>;
}
