/** A plan shows and approves the commands of its children too: they run like its own. */
import { findWorkflow } from '../../core/script/savedWorkflows.ts';
import type { Snapshot } from '../../core/ports/fileView.ts';
import type { ScriptCheck } from '../../protocol/plan.ts';
import type { HostServices } from '../hostServices.ts';

type Places = Pick<HostServices, 'snapshots' | 'userWorkflows' | 'workspace' | 'random'>;

/** The check with the commands of the saved workflows that the script names. Unknown ones add nothing: calling them throws. */
export async function withChildCommands(
  services: Places,
  check: ScriptCheck,
  from: { readonly snapshot?: Snapshot | undefined; readonly signal: AbortSignal },
): Promise<ScriptCheck> {
  const { children = [] } = check;
  if (children.length === 0) return check;
  const { snapshots, userWorkflows, workspace: workspaceRoot, random } = services;
  const runId = `find-${random.id()}`;
  const { signal } = from;
  const snapshot = from.snapshot ?? (await snapshots.takeSnapshot({ runId, signal }));
  const places = { snapshot, snapshots, userWorkflows, workspaceRoot };
  const found = await Promise.all(children.map((child) => findWorkflow(child, places)));
  const theirs = found.flatMap((child) => (child.type === 'found' ? child.check.commands : []));
  return { ...check, commands: [...new Set([...check.commands, ...theirs])] };
}
