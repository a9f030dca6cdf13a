import type { HostServices } from '../hostServices.ts';

/** What a review needs of a host: no engine, no thread and no model. */
export type ReviewServices = Pick<
  HostServices,
  'workspace' | 'stateDirectory' | 'clock' | 'random' | 'log' | 'snapshots'
>;
