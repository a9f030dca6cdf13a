import type { Estimate } from '../../protocol/estimate.ts';
import type { ProviderConfig } from '../../protocol/host/hostRpc.ts';
import type { ScriptCheck } from '../../protocol/plan.ts';
import type { RunLimits } from '../../protocol/runLimits.ts';

/** What starts a run. */
export interface RunRequest {
  readonly request: string;
  readonly script: string;
  /** JSON text, or null for `undefined`. */
  readonly argsJson: string | null;
  readonly limits: RunLimits;
  readonly provider: ProviderConfig;
  readonly approvedCommands: readonly string[];
  /** Globs of commands that need no approval one by one. */
  readonly allowedCommands: readonly string[];
  /** Prepares each directory that commands run in; approved like those. */
  readonly setupCommand: string | null;
  /** Have to pass, by the user's settings. */
  readonly requiredCommands: readonly string[];
  readonly unsandboxed: boolean;
  readonly budgetTokens: number | null;
  readonly onLimit: 'wait' | 'stop';
  readonly onGate: 'wait' | 'stop' | 'approve' | 'reject';
  /** What was foretold of this script, for the report. */
  readonly estimate?: Estimate | null | undefined;
}

/** What makes an earlier run go on. What is null stays as it was. */
export interface ResumeRequest {
  /** An edited script. */
  readonly script: string | null;
  readonly limits: RunLimits | null;
  readonly provider: ProviderConfig;
  readonly approvedCommands: readonly string[] | null;
  readonly allowedCommands: readonly string[];
  readonly setupCommand: string | null;
  readonly requiredCommands: readonly string[] | null;
  readonly unsandboxed: boolean | null;
  readonly budgetTokens: number | null;
  readonly onLimit: 'wait' | 'stop';
  readonly onGate: 'wait' | 'stop' | 'approve' | 'reject';
}

/** Thrown when a script that does not pass the check is to be run. */
export class InvalidScriptError extends Error {
  override readonly name = 'InvalidScriptError';
  readonly code = 'script_invalid';
  readonly check: ScriptCheck;

  constructor(check: ScriptCheck) {
    const first = check.diagnostics.find((diagnostic) => diagnostic.severity === 'error');
    const place = first === undefined ? '' : ` Line ${first.line}: ${first.message} ${first.fix}`;
    super(`The script did not pass the check.${place}`);
    this.check = check;
  }
}
