/** What the handlers of a connection work on, and what they come to. */
import type {
  HostMethod,
  HostParams,
  HostResult,
  ProviderConfig,
} from '../../protocol/host/hostRpc.ts';
import type { HostServices } from '../hostServices.ts';
import type { BackgroundRetention } from '../retention/backgroundRetention.ts';
import type { ReviewService } from '../review/reviewService.ts';
import type { RunService } from '../runs/runService.ts';
import type { Notify } from './notify.ts';

export type HostHandlers = {
  readonly [M in Exclude<HostMethod, 'hello'>]: (params: HostParams<M>) => Promise<HostResult<M>>;
};

/** What all connections of a host share. */
export interface HostState {
  readonly services: HostServices;
  readonly runs: RunService;
  readonly reviews: ReviewService;
  /** The newest configuration that any window sent; a key is only ever here. */
  provider: ProviderConfig;
  /** Told by windows how much to keep; absent in a process that drops nothing by itself. */
  readonly retention?: Pick<BackgroundRetention, 'configure'> | undefined;
  /** Tells every connection. */
  readonly broadcast: Notify;
}

export interface ClientHandlers {
  /** What is absent does not exist for that client. */
  readonly handlers: Partial<HostHandlers>;
  /** Sends what the client is to see before the process ends. */
  flush(): Promise<void>;
  dispose(): void;
}
