/**
 * Drops all but so many runs of a workspace, so many times or until it is told to stop, and then once
 * more; says what came of each round, and in the end of all.
 */
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
const stop = { isAsked: false };
process.stdin.once('data', () => (stop.isAsked = true));
let droppedInAll = 0;
for (let round = 0, isLast = false; !isLast; round += 1) {
  isLast = stop.isAsked || round + 1 >= Number(times);
  const limits = { maxRuns: Number(keep), maxBytes: Number.MAX_SAFE_INTEGER };
  const done = await retention.prune({ limits, signal, minCollectMs: 0 }).then(
    ({ dropped, failed, objects }) => {
      droppedInAll += dropped.length;
      return `${dropped.length} ${failed.length} ${objects}`;
    },
    (error: unknown) => errorCode(error) ?? String(error),
  );
  process.stdout.write(`pruned ${done}\n`);
}
process.stdout.write(`dropped ${droppedInAll} in all\n`, () => process.exit(0));
