import type { RunFact } from '../../../protocol/events/runEvents.ts';
import type { ReplayLog } from '../replay/replayLog.ts';
import { counterFrom } from '../counterFrom.ts';
import type { RunContext } from '../runContext.ts';
import { CommandApprovals } from './commandApprovals.ts';
import type { CommandContext } from './commandContext.ts';
import { createDirectorySetup } from './directorySetup.ts';

export interface CommandContextOptions {
  /** Numbers of questions to the user, which gates have as well. */
  readonly nextQuestionId: () => number;
  /** What earlier sessions left; null in a new run. */
  readonly replay: Pick<ReplayLog, 'allowedCommands' | 'lastSetupId' | 'lastCommandId'> | null;
}

/** Which commands a run may run, and what prepares the directories for them. */
export function createCommandContext(
  ctx: RunContext,
  { nextQuestionId, replay }: CommandContextOptions,
): CommandContext {
  const { config, services, recorder, signal, track } = ctx;
  const record = (fact: RunFact): Promise<void> => recorder.record(fact);
  const commands = new CommandApprovals({
    config,
    clock: services.clock,
    nextQuestionId,
    sandbox: () => services.commands.sandbox(),
    record,
    track,
    allowedBefore: replay?.allowedCommands ?? [],
  });
  const setup = createDirectorySetup({
    config,
    services,
    approvals: commands,
    record,
    nextSetupId: counterFrom(replay?.lastSetupId),
    signal,
  });
  return { commands, setup, nextCommandId: counterFrom(replay?.lastCommandId) };
}
