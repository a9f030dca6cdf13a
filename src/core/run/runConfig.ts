import type { PriceTable } from '../../protocol/modelPrices.ts';
import type { RunLimits } from '../../protocol/runLimits.ts';
import type { ScriptMeta } from '../../protocol/plan.ts';
import type { Clock } from '../ports/clock.ts';
import type { CommandRunner } from '../ports/commandRunner.ts';
import type { ComputePool } from '../ports/computePool.ts';
import type { Snapshot, SnapshotStore } from '../ports/fileView.ts';
import type { Log } from '../ports/log.ts';
import type { RunStore } from '../ports/runStore.ts';
import type { TestReports } from '../ports/testReports.ts';
import type { UserWorkflows } from '../ports/userWorkflows.ts';
import type { ScriptRunner } from '../ports/scriptRunner.ts';
import type { Governor } from './requests/governor.ts';

/** What the user approved. */
export interface RunConfig {
  readonly runId: string;
  readonly request: string;
  readonly script: string;
  readonly scriptSha256: string;
  readonly meta: ScriptMeta;
  readonly argsJson: string | null;
  readonly limits: RunLimits;
  readonly model: string;
  /** The user's own prices, before the built-in table. */
  readonly prices?: PriceTable | undefined;
  /** Output tokens for the script's `budget.total`; null when none was given. */
  readonly budgetTokens: number | null;
  readonly approvedCommands: readonly string[];
  /** Globs of commands that the user allows without being asked. */
  readonly allowedCommands: readonly string[];
  /** The user's own: the verdict is `passed` only when each of them passed at the root of the proposed tree. */
  readonly requiredCommands: readonly string[];
  /** Prepares each directory that commands run in; null for none. It is one of the approved commands. */
  readonly setupCommand: string | null;
  /** What happens to an agent's command that nothing allows: the user is asked, or it is refused. */
  readonly onCommand: 'ask' | 'refuse';
  /** Commands may run without a sandbox. */
  readonly unsandboxed: boolean;
  /** What happens when a limit is reached: wait for the user, or stop resumable. */
  readonly onLimit: 'wait' | 'stop';
  /** What happens at a gate: wait for a person, stop resumable when nothing else is left, or an answer given before. */
  readonly onGate: 'wait' | 'stop' | 'approve' | 'reject';
}

/** What a run works with. */
export interface RunServices {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: RunStore;
  readonly snapshot: Snapshot;
  readonly snapshots: SnapshotStore;
  readonly governor: Governor;
  readonly scripts: ScriptRunner;
  readonly compute: ComputePool;
  readonly commands: CommandRunner;
  readonly reports: TestReports;
  readonly userWorkflows: UserWorkflows;
  /** The workspace's real path; null where there is none, as in a test. */
  readonly workspace: string | null;
}
