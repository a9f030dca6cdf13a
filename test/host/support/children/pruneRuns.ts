/** Drops all but so many runs of a workspace, again and again while it is told to; says what came of it. */
import path from 'node:path';
import { errorCode } from '../../../../src/base/errorText.ts';
import { createHostServices } from '../../../../src/host/hostServices.ts';
import { RetentionService } from '../../../../src/host/retention/retentionService.ts';
import { createControlledRuns } from '../../../../src/host/rpc/controlSocket.ts';

const [workspace = '', stateDirectory = '', keep = '1', times = '1'] = process.argv.slice(2);
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const distDirectory = path.resolve(import.meta.dirname, '../../../../dist');
const services = await createHostServices({ workspace, stateDirectory, distDirectory, log });
const { runs, reviews } = createControlledRuns(services);
const retention = new RetentionService(services, runs, reviews);
const { signal } = new AbortController();

process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
for (let round = 0; round < Number(times); round += 1) {
  const limits = { maxRuns: Number(keep), maxBytes: Number.MAX_SAFE_INTEGER };
  const done = await retention.prune({ limits, signal, minCollectMs: 0 }).then(
    ({ dropped, failed, objects }) => `${dropped.length} ${failed.length} ${objects}`,
    (error: unknown) => errorCode(error) ?? String(error),
  );
  process.stdout.write(`pruned ${done}\n`);
}
process.exit(0);
