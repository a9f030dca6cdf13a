/**
 * Workflows that are kept in files: in the workspace, as its snapshot has them, and in the user's own folder.
 * A workflow is called by the `name` in its meta, else by its file's name without the ending.
 */
import type { ScriptCheck } from '../../protocol/plan.ts';
import { classifyPath, normaliseAgentPath } from '../../paths/protectedPaths.ts';
import type { UserWorkflows, WorkflowFile } from '../ports/userWorkflows.ts';
import { checkScript } from './checkScript.ts';
import { readSnapshotText, type SnapshotFiles } from '../changes/tree/snapshotFiles.ts';

export interface WorkflowPlaces extends SnapshotFiles {
  readonly userWorkflows: UserWorkflows;
  /** The workspace's real path: an absolute scriptPath below it is allowed. Null when it is not known. */
  readonly workspaceRoot: string | null;
}

/** A workflow in a file. It may not pass its check: then it can be shown, and not run. */
export interface SavedWorkflow {
  /** `meta.name`, or the file's name where meta can't be read. */
  readonly name: string;
  /** Where it was found: a path in the workspace, or in the user's own folder. */
  readonly source: string;
  readonly script: string;
  readonly check: ScriptCheck;
}

/** A name, or the path of a script in the workspace. */
export type WorkflowRef =
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'path'; readonly path: string };

export type FoundWorkflow =
  | ({ readonly type: 'found' } & SavedWorkflow)
  | { readonly type: 'missing'; readonly message: string };

/** Folders of the workspace in which workflows are kept, in the order in which they are looked up. */
const WORKFLOW_FOLDERS = ['.muster/workflows', '.claude/workflows'] as const;

/** Files that are looked at in one folder: people keep dozens, and each is parsed to learn its name. */
export const MAX_WORKFLOWS_IN_FOLDER = 200;

/** Names that an error message lists. */
const MAX_LISTED_NAMES = 30;

/** Finds one workflow. Expected trouble, such as an unknown name, is a message and never a rejection. */
export async function findWorkflow(
  ref: WorkflowRef,
  places: WorkflowPlaces,
): Promise<FoundWorkflow> {
  if (ref.type === 'path') return findByPath(ref.path, places);
  return findByName(ref.name, await listFiles(places));
}

/** Every workflow that can be called by its name; of two with one name, the one that is found. */
export async function listWorkflows(places: WorkflowPlaces): Promise<readonly SavedWorkflow[]> {
  const named = new Map<string, SavedWorkflow>();
  for (const saved of (await listFiles(places)).flatMap(readSaved)) {
    if (!named.has(saved.name)) named.set(saved.name, saved);
  }
  return [...named.values()];
}

/** What is wrong with a workflow that was found and can't run; null when nothing is. */
export function workflowProblem(saved: SavedWorkflow): string | null {
  const error = saved.check.diagnostics.find(({ severity }) => severity === 'error');
  if (error === undefined) return null;
  return `${saved.source}:${error.line}:${error.column}: ${error.message} ${error.fix}`;
}

async function listFiles(places: WorkflowPlaces): Promise<readonly WorkflowFile[]> {
  const [inWorkspace, ofUser] = await Promise.all([
    readWorkspaceFiles(places),
    places.userWorkflows.list(),
  ]);
  return [...inWorkspace, ...ofUser];
}

function readWorkspaceFiles(places: WorkflowPlaces): Promise<readonly WorkflowFile[]> {
  const paths = WORKFLOW_FOLDERS.flatMap((folder) =>
    places.snapshot.entries
      .map(({ path }) => path)
      .filter((path) => isScriptIn(folder, path))
      .slice(0, MAX_WORKFLOWS_IN_FOLDER),
  );
  return Promise.all(
    paths.map(async (path) => ({ ...(await readSnapshotText(places, path)), path })),
  );
}

function isScriptIn(folder: string, path: string): boolean {
  if (!path.startsWith(`${folder}/`)) return false;
  return /^[^/]+\.m?js$/u.test(path.slice(folder.length + 1));
}

function findByName(name: string, files: readonly WorkflowFile[]): FoundWorkflow {
  const saved = files.flatMap(readSaved);
  const found =
    saved.find(({ check }) => check.meta?.name === name) ??
    saved.find(({ source }) => baseName(source) === name);
  if (found !== undefined) return { type: 'found', ...found };
  const refused = files.find((file) => file.type === 'refused' && baseName(file.path) === name);
  if (refused?.type === 'refused') return missing(refused.path, refused.reason);
  return { type: 'missing', message: unknownName(name, saved) };
}

function unknownName(name: string, saved: readonly SavedWorkflow[]): string {
  const known = [...new Set(saved.map((workflow) => workflow.name))];
  const more =
    known.length > MAX_LISTED_NAMES ? `, and ${known.length - MAX_LISTED_NAMES} more` : '';
  const there =
    known.length === 0
      ? `Keep it in ${WORKFLOW_FOLDERS[0]}, as a .js file.`
      : `There are: ${known.slice(0, MAX_LISTED_NAMES).join(', ')}${more}.`;
  return `There is no workflow ${JSON.stringify(name.slice(0, 200))}. ${there}`;
}

async function findByPath(given: string, places: WorkflowPlaces): Promise<FoundWorkflow> {
  const normalised = normaliseAgentPath(belowRoot(given, places.workspaceRoot));
  if (normalised.type === 'refused') return { type: 'missing', message: normalised.reason };
  const { path } = normalised;
  // It is in no snapshot anyway; the sentence must not tell whether it exists.
  if (classifyPath(path) === 'hidden') return missing(path, 'there is no such file');
  const read = await readSnapshotText(places, path);
  if (read.type === 'refused') return missing(path, read.reason);
  return { type: 'found', ...describe(path, read.text) };
}

function belowRoot(path: string, root: string | null): string {
  if (root === null || !path.startsWith(`${root}/`)) return path;
  return path.slice(root.length + 1);
}

function missing(path: string, reason: string): FoundWorkflow {
  return { type: 'missing', message: `The workflow ${path} cannot be read: ${reason}.` };
}

function readSaved(file: WorkflowFile): readonly SavedWorkflow[] {
  return file.type === 'text' ? [describe(file.path, file.text)] : [];
}

function describe(source: string, script: string): SavedWorkflow {
  const check = checkScript(script);
  return { name: check.meta?.name ?? baseName(source), source, script, check };
}

function baseName(path: string): string {
  return (path.split(/[/\\]/u).at(-1) ?? path).replace(/\.m?js$/u, '');
}
