import type { ProviderConfig } from '../../protocol/hostRpc.ts';
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
  readonly unsandboxed: boolean;
  readonly budgetTokens: number | null;
  readonly onLimit: 'wait' | 'stop';
}

/** Thrown when a script that does not pass the check is to be run. */
export class InvalidScriptError extends Error {
  override readonly name = 'InvalidScriptError';
  readonly code = 'script_invalid';
  readonly check: ScriptCheck;

  constructor(check: ScriptCheck) {
    const first = check.diagnostics.find((diagnostic) => diagnostic.severity === 'error');
    const place = first === undefined ? '' : ` Line ${first.line}: ${first.message} ${first.fix}`;
    super(`The script does not pass the check.${place}`);
    this.check = check;
  }
}
