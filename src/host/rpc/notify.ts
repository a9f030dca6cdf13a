import type { HostNotification, HostNotificationParams } from '../../protocol/host/hostRpc.ts';

/** Sends one notification; resolves when it has been handed to the connection. */
export type Notify = <N extends HostNotification>(
  name: N,
  params: HostNotificationParams<N>,
) => Promise<void>;
