/** The socket of a process that is no host but runs something: others can watch and steer its runs. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { errorText } from '../../base/errorText.ts';
import { prepareSocketFolder, socketPathFor } from '../hostLock.ts';
import type { HostServices } from '../hostServices.ts';
import { ReviewService } from '../review/reviewService.ts';
import type { ControlEndpoint } from '../runs/runOwner.ts';
import { RunService } from '../runs/runService.ts';
import { HostServer } from './hostServer.ts';

const TOKEN_BYTES = 32;

/** The runs of a process, and the socket that opens with its first own one. */
export interface ControlledRuns {
  readonly runs: RunService;
  readonly reviews: ReviewService;
  /** Closes the socket and takes it away; runs must have ended before. */
  dispose(): Promise<void>;
}

/** Opens nothing yet: a command that only reads needs no socket. */
export function createControlledRuns(services: HostServices): ControlledRuns {
  let opened: Promise<OpenSocket | null> | null = null;
  const open = async (): Promise<ControlEndpoint | null> => {
    opened ??= openSocket(services, { runs, reviews });
    return (await opened)?.endpoint ?? null;
  };
  const runs = new RunService(services, open);
  const reviews = new ReviewService(services, runs, 'cli');
  return {
    runs,
    reviews,
    dispose: async () => {
      await reviews.dispose();
      const socket = await opened;
      await socket?.close();
    },
  };
}

interface OpenSocket {
  readonly endpoint: ControlEndpoint;
  close(): Promise<void>;
}

/** Null where no socket can be had, as in some containers: the run goes on, only nobody else can steer it. */
async function openSocket(
  services: HostServices,
  served: { readonly runs: RunService; readonly reviews: ReviewService },
): Promise<OpenSocket | null> {
  const socketPath = socketPathFor(services.stateDirectory, 'control', process.pid);
  const token = randomBytes(TOKEN_BYTES).toString('hex');
  const server = new HostServer({
    ...served,
    services,
    socketPath,
    token,
    serves: 'control',
    onIdle: () => undefined,
  });
  try {
    await prepareSocketFolder(socketPath);
    await server.listen();
  } catch (error) {
    server.dispose();
    services.log.warn('control', 'unavailable', { socketPath, error: errorText(error) });
    return null;
  }
  return {
    endpoint: { socket: socketPath, token },
    close: async () => {
      await server.close();
      if (process.platform !== 'win32') await rm(socketPath, { force: true });
    },
  };
}
