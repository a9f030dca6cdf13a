/** Stands inside a claim over what a dead holder left, until it is let go on or ended. */
import { rm } from 'node:fs/promises';
import { readLabel } from '../../../../src/host/adapters/locks/lockLabel.ts';
import { replaceStale } from '../../../../src/host/adapters/locks/staleClaim.ts';

const [prefix = '', file = ''] = process.argv.slice(2);
// A link or a file: whatever the holder leaves.
const readAgain = (): Promise<string | null> => readLabel(file);
const seen = (await readAgain()) ?? '';
const replacement = await replaceStale({ prefix, seen, readAgain }, async () => {
  process.stdout.write('ready\n');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  await rm(file);
});
process.stdout.write(`${replacement.type}\n`);
process.exit(0);
