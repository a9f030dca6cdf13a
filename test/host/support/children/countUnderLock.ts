/** Adds to a number in a file, under a lock, as often as it is told: a lost addition is a broken lock. */
import { readFile, writeFile } from 'node:fs/promises';
import { withLock } from '../../../../src/host/adapters/locks/processLock.ts';

const [file = '', counter = '', times = '0'] = process.argv.slice(2);
const request = { file, purpose: 'count', waitMs: 30_000 };
process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
for (let round = 0; round < Number(times); round += 1) {
  await withLock(request, async () => {
    const value = Number(await readFile(counter, 'utf8'));
    await writeFile(counter, String(value + 1));
  });
}
process.exit(0);
