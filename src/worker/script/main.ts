/** Entry of the script worker thread. Piscina calls the default export once for each script. */
import { performance } from 'node:perf_hooks';
import type { ScriptOutcome } from '../../protocol/threads/scriptMessages.ts';
import type { ScriptTask } from '../../protocol/threads/scriptTask.ts';
import { runScript } from './runScript.ts';

export default function runTask(task: ScriptTask): Promise<ScriptOutcome> {
  return runScript(task, () => performance.now());
}
