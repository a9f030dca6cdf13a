import type { HostConnection } from '../../hostClient/hostConnection.ts';
import type { RunOwner } from '../runs/runOwner.ts';
import { openOwner } from './openOwner.ts';

/** Asks the process that owns a run; the connection ends with the task. */
export async function withOwner<T>(
  owner: RunOwner,
  task: (connection: HostConnection) => Promise<T>,
): Promise<T> {
  const connection = await openOwner(owner);
  try {
    return await task(connection);
  } finally {
    connection.dispose();
  }
}
