/** Entry of the orchestration host, forked by the extension: one for each workspace, outliving its windows. */
import './adapters/limitYoungHeap.ts';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorText } from '../base/errorText.ts';
import { scrubSecrets } from '../core/journal/scrubSecrets.ts';
import type { HostLock } from '../protocol/host/hostRpc.ts';
import type { HostStart } from '../protocol/host/hostStart.ts';
import { PRODUCT_VERSION } from '../protocol/host/version.ts';
import { createStreamLog } from './adapters/system.ts';
import { prepareSocketFolder, releaseHostLock, socketPathFor, takeHostLock } from './hostLock.ts';
import { createHostServices, type HostServices } from './hostServices.ts';
import { BackgroundRetention } from './retention/backgroundRetention.ts';
import { RetentionService } from './retention/retentionService.ts';
import { ReviewService } from './review/reviewService.ts';
import { HostServer } from './rpc/hostServer.ts';
import { RunService } from './runs/runService.ts';

const TOKEN_BYTES = 32;

async function main(): Promise<void> {
  const workspace = process.env['MUSTER_WORKSPACE'] ?? process.cwd();
  const log = createStreamLog(process.stdout, (line) => scrubSecrets(line, []));
  const distDirectory = dirname(fileURLToPath(import.meta.url));
  const services = await createHostServices({
    workspace,
    distDirectory,
    log,
    stateDirectory: null,
  });
  await mkdir(services.stateDirectory, { recursive: true, mode: 0o700 });
  const lock = createLock(services.stateDirectory);
  const server = await serve(services, lock);
  // Only now: whoever finds the lock finds somebody listening.
  const taken = await takeHostLock(services.stateDirectory, lock);
  if (taken.type === 'held') {
    server.dispose();
    await services.dispose();
    tellParent({ type: 'ready', socket: taken.by.socket, token: taken.by.token });
    return;
  }
  tellParent({ type: 'ready', socket: lock.socket, token: lock.token });
  log.info('host', 'ready', { pid: process.pid, workspace });
}

function createLock(stateDirectory: string): HostLock {
  return {
    pid: process.pid,
    startTime: Date.now(),
    socket: socketPathFor(stateDirectory, 'host', process.pid),
    token: randomBytes(TOKEN_BYTES).toString('hex'),
    version: PRODUCT_VERSION,
  };
}

async function serve(services: HostServices, lock: HostLock): Promise<HostServer> {
  const end = (): void => {
    server.dispose();
    retention
      .dispose()
      .then(() => services.dispose())
      .then(() => releaseHostLock(services.stateDirectory, process.pid))
      .then(
        () => process.exit(0),
        () => process.exit(1),
      );
  };
  const { socket: socketPath, token } = lock;
  const runs = new RunService(services, () => Promise.resolve({ socket: socketPath, token }));
  const reviews = new ReviewService(services, runs, 'editor');
  const { clock, log } = services;
  const pruner = new RetentionService(services, runs, reviews);
  const prune: RetentionService['prune'] = (options) => pruner.prune(options);
  const retention = new BackgroundRetention({ prune, runs, clock, log });
  const server = new HostServer({
    services,
    runs,
    reviews,
    retention,
    socketPath,
    token,
    onIdle: end,
    serves: 'everything',
  });
  await prepareSocketFolder(socketPath);
  await server.listen();
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  return server;
}

function tellParent(message: HostStart): void {
  process.send?.(message, () => process.disconnect());
}

main().catch((error: unknown) => {
  process.exitCode = 1;
  process.stderr.write(`The host cannot start: ${errorText(error)}\n`);
  if (process.connected) tellParent({ type: 'failed', message: errorText(error) });
});
