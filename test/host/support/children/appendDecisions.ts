/** Records so many decisions about a run, one after the other. */
import { openDecisionLog } from '../../../../src/host/adapters/store/decisionLog.ts';

const [stateDirectory = '', runId = '', name = '', times = '0'] = process.argv.slice(2);
const log = openDecisionLog(stateDirectory, runId);
process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
for (let round = 0; round < Number(times); round += 1) {
  const decisionId = `${name}-${round}`;
  await log.append({ type: 'reject', decisionId, at: round, by: name, hunkIds: [decisionId] });
  process.stdout.write(`${decisionId}\n`);
}
process.exit(0);
