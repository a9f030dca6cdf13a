import type { ThrownError } from '../../protocol/threads/scriptMessages.ts';
import type { AgentTypes } from '../agent/agentTypes.ts';
import type { RunTree } from '../changes/tree/runTree.ts';
import type { DirectorySetup } from '../ports/fileView.ts';
import type { ActiveClock } from './limits/activeClock.ts';
import type { CommandApprovals } from './commands/commandApprovals.ts';
import type { Deliveries } from './outcomes/deliveries.ts';
import type { Permits } from './requests/permits.ts';
import type { ReplayLog } from './replay/replayLog.ts';
import type { RunConfig, RunServices } from './runConfig.ts';
import type { RunRecorder } from './runRecorder.ts';
import type { BusyAgents } from './requests/busyAgents.ts';
import type { Breaker } from './requests/breaker.ts';
import type { LimitKeeper } from './limits/limitKeeper.ts';
import type { Spend } from './limits/spend.ts';
import type { Hold } from './limits/suspension.ts';

/** What holds a run, and the limit that a script is told of when the user chooses to stop. */
export interface SuspendRequest extends Hold {
  readonly limit: string;
  readonly value: number;
}

/** What the parts of one running run share. */
export interface RunContext {
  readonly config: RunConfig;
  readonly services: RunServices;
  readonly recorder: RunRecorder;
  readonly tree: RunTree;
  readonly permits: Permits;
  readonly busy: BusyAgents;
  /** For limits of time, which a pause does not use up. */
  readonly activeClock: ActiveClock;
  readonly spend: Spend;
  readonly limits: LimitKeeper;
  /** Known from the run's first moment on; read from its snapshot. */
  readonly agentTypes: () => AgentTypes;
  readonly breaker: Breaker;
  /** Which commands may run. */
  readonly commands: CommandApprovals;
  /** What makes a directory ready for commands; undefined where nothing has to. */
  readonly setup: DirectorySetup | undefined;
  /** Numbers of commands, over all agents and sessions of the run. */
  readonly nextCommandId: () => number;
  /** Numbers of questions to the user: gates and commands have them in common. */
  readonly nextQuestionId: () => number;
  readonly deliveries: Deliveries;
  /** What an earlier session left; null in a new run. */
  readonly replay: ReplayLog | null;
  /** Aborted when the run is cancelled, stops, or has ended. A stopped script may still return what it has. */
  readonly signal: AbortSignal;
  /** What every call of the script gets once the run was stopped at a limit; null before. */
  readonly stopError: () => ThrownError | null;
  /** Owns a promise that nobody awaits. */
  readonly track: (task: Promise<void>) => void;
  /** A warning in the run's log. */
  readonly warn: (message: string) => void;
  /** Nothing new starts until the user has decided. */
  readonly suspend: (hold: SuspendRequest) => void;
}
