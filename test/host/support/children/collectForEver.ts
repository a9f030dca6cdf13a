/** Collects the objects of a shadow repository again and again, until it is ended; counts what came to its end. */
import { collectObjects } from '../../../../src/host/adapters/git/shadow/collectObjects.ts';
import { ShadowRepository } from '../../../../src/host/adapters/git/shadow/shadowRepository.ts';
import { tidyShadow } from '../../../../src/host/adapters/git/shadow/shadowUse.ts';

const [stateDirectory = ''] = process.argv.slice(2);
const shadow = new ShadowRepository(stateDirectory, process.env);
process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
for (let done = 0; ;) {
  const { type } = await tidyShadow(stateDirectory, (signal) => collectObjects(shadow, signal));
  if (type === 'done') {
    done += 1;
    process.stdout.write(`done ${done}\n`);
  }
  await new Promise((resolve) => setImmediate(resolve));
}
