/** Entry of the command line: small, so that an old Node can say what is missing, and the rest loads as it is used. */
import { EXIT } from './exitCodes.ts';
import { nodeProblem } from './nodeVersion.ts';

const problem = nodeProblem(process.versions.node);
if (problem === null) {
  import('./startCli.ts').then(({ startCli }) => startCli()).catch(fail);
} else fail(new Error(problem), EXIT.usage);

function fail(error: unknown, exitCode: number = EXIT.failed): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = exitCode;
}
