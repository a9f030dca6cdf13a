/** The floors inside the large rooms: which part of a room may use which other. */
import type { Arrow } from './imports.ts';

export interface Floors {
  readonly folder: string;
  /**
   * Everything that stands directly in the folder, the lowest first: rooms with a slash at their end, files by
   * their names. Each may import what comes before it.
   */
  readonly order: readonly string[];
}

/** Whoever builds a new part of these folders gives it a place here. */
export const floors: readonly Floors[] = [
  {
    folder: 'src/core/',
    order: [
      'limits.ts',
      'ports/',
      'journal/',
      'retention/',
      'changes/',
      'agent/',
      'planner/',
      'script/',
      'evidence/',
      'run/',
      'estimate/',
    ],
  },
  {
    folder: 'src/core/run/',
    order: [
      'counterFrom.ts',
      'runErrors.ts',
      'taskTracker.ts',
      'requests/',
      'limits/',
      'outcomes/',
      'replay/',
      'runConfig.ts',
      'startedFact.ts',
      'runRecorder.ts',
      'runContext.ts',
      'commands/',
      'answers/',
      'agents/',
      'calls/',
      'endAgain.ts',
      'concludeRun.ts',
      'runLog.ts',
      'runSteering.ts',
      'scriptMessages.ts',
      'controlRun.ts',
      'runEngine.ts',
    ],
  },
  {
    folder: 'src/host/',
    order: [
      'adapters/',
      'hostLock.ts',
      'locateWorkspace.ts',
      'openSnapshots.ts',
      'hostServices.ts',
      'plans/',
      'runs/',
      'review/',
      'retention/',
      'audit/',
      'rpc/',
      'main.ts',
    ],
  },
  {
    folder: 'src/host/adapters/',
    order: [
      'limitYoungHeap.ts',
      'system.ts',
      'durableFiles.ts',
      'inPrivateFolder.ts',
      'userWorkflows.ts',
      'locks/',
      'store/',
      'git/',
      'commands/',
      'compute/',
      'script/',
      'anthropic/',
      'offline/',
      'modelRegistry.ts',
    ],
  },
  {
    folder: 'src/host/adapters/git/',
    order: [
      'gitError.ts',
      'gitEnvironment.ts',
      'runGit.ts',
      'shadow/',
      'snapshot/',
      'directories/',
      'createGitSnapshotStore.ts',
    ],
  },
  {
    folder: 'src/cli/',
    order: [
      'exitCodes.ts',
      'nodeVersion.ts',
      'cliContext.ts',
      'terminal/',
      'optionValues.ts',
      'parseOptions.ts',
      'findPlace.ts',
      'findRun.ts',
      'openRuns.ts',
      'openReviews.ts',
      'openWorkspace.ts',
      'readInput.ts',
      'chooseProvider.ts',
      'commands/',
      'program.ts',
      'startCli.ts',
      'main.ts',
    ],
  },
  {
    folder: 'src/core/changes/',
    order: [
      'text/',
      'groupTitleOf.ts',
      'flags.ts',
      'proposalRecord.ts',
      'tree/',
      'patch/',
      'review/',
      'proposals.ts',
    ],
  },
  {
    folder: 'src/extension/',
    order: [
      'shared/',
      'settings/',
      'hostProcess/',
      'runs/',
      'review/',
      'notifications/',
      'statusBar/',
      'runTree/',
      'chat/',
      'commands/',
      'extensionBase.ts',
      'openHost.ts',
      'hostLife.ts',
      'composeChat.ts',
      'main.ts',
    ],
  },
  {
    folder: 'src/extension/review/',
    order: ['apply/', 'conflicts/', 'proposals/', 'decisions/', 'reviewController.ts', 'review.ts'],
  },
];

/** The part of a folder that a file belongs to; null when it lies elsewhere. */
export function partOf(folder: string, file: string): string | null {
  if (!file.startsWith(folder)) return null;
  const [first = '', ...rest] = file.slice(folder.length).split('/');
  return rest.length === 0 ? first : `${first}/`;
}

/** Imports that run upwards. */
export function upwardArrows(
  arrows: readonly Arrow[],
  { folder, order }: Floors,
): readonly string[] {
  return arrows
    .filter(({ from, to }) => {
      const [user, used] = [partOf(folder, from), partOf(folder, to)];
      return user !== null && used !== null && order.indexOf(user) < order.indexOf(used);
    })
    .map(({ from, to }) => `${from} → ${to}`);
}
