/** Takes a lock, says so, and keeps it until it is ended. */
import { takeLock } from '../../../../src/host/adapters/locks/processLock.ts';

const [file = ''] = process.argv.slice(2);
await takeLock({ file, purpose: 'hold', waitMs: 10_000 });
process.stdout.write('ready\n');
process.stdin.resume();
