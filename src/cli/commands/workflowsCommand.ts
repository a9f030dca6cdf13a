import { listWorkflows, workflowProblem } from '../../core/script/savedWorkflows.ts';
import { printLine, type CliContext, type CommonOptions } from '../cliContext.ts';
import { EXIT, type ExitCode } from '../exitCodes.ts';
import { withWorkspace } from '../openWorkspace.ts';

/** `muster workflows`: the saved workflows of the workspace and the user, the first of each name. */
export function workflowsCommand(ctx: CliContext, options: CommonOptions): Promise<ExitCode> {
  return withWorkspace(ctx, options, async ({ services }) => {
    const { snapshots, userWorkflows, workspace: workspaceRoot, random } = services;
    const runId = `find-${random.id()}`;
    const snapshot = await snapshots.takeSnapshot({ runId, signal: new AbortController().signal });
    const saved = await listWorkflows({ snapshot, snapshots, userWorkflows, workspaceRoot });
    const shown = saved.map((workflow) => ({
      name: workflow.name,
      source: workflow.source,
      description: workflow.check.meta?.description ?? '',
      problem: workflowProblem(workflow),
    }));
    if (options.json === true) {
      printLine(ctx.stdout, JSON.stringify(shown));
      return EXIT.ok;
    }
    if (shown.length === 0) printLine(ctx.stdout, 'No saved workflows.');
    for (const { name, source, description, problem } of shown) {
      printLine(ctx.stdout, `${name}  ${source}  ${problem ?? description}`);
    }
    return EXIT.ok;
  });
}
