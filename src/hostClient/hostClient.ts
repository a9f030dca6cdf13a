import type { Disposable } from '../base/disposables.ts';
import type {
  HostMethod,
  HostNotification,
  HostNotificationParams,
  HostParams,
  HostResult,
} from '../protocol/host/hostRpc.ts';

/** Where a host listens, and the secret that it expects in the first request. */
export interface HostEndpoint {
  readonly socket: string;
  readonly token: string;
}

/** What the rest of a client sees of the background host. */
export interface HostClient {
  readonly isConnected: boolean;
  /** Sends a request; starts or attaches to the host first when there is no connection. */
  request<M extends HostMethod>(method: M, params: HostParams<M>): Promise<HostResult<M>>;
  /** Listens across reconnects. */
  onNotification<N extends HostNotification>(
    name: N,
    listener: (params: HostNotificationParams<N>) => void,
  ): Disposable;
}
