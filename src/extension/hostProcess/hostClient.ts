import type { Disposable } from '../../base/disposables.ts';
import type {
  HostMethod,
  HostNotification,
  HostNotificationParams,
  HostParams,
  HostResult,
} from '../../protocol/hostRpc.ts';

/** What the rest of the extension sees of the background host. */
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

/** The connection to the host closed while a request waited for its answer. */
export class HostGoneError extends Error {
  readonly code = 'host_died';

  constructor(method: string) {
    super(
      `The background host ended before it answered "${method}". Try again to start a new one.`,
    );
    this.name = 'HostGoneError';
  }
}
