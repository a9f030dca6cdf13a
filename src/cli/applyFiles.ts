/**
 * Carries out an apply plan from the command line: compares each file with what the plan was made on,
 * writes, reads back. Beside the extension's apply service it is the only code that writes to a workspace.
 */
import { createHash, randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { errorCode, errorText } from '../base/errorText.ts';
import { classifyPath, normaliseAgentPath } from '../paths/protectedPaths.ts';
import type { ApplyPlan, PlannedWrite, WriteOutcome } from '../protocol/proposals.ts';

const MODE_BITS = 0o777;
const READ_BITS = 0o444;
const EXECUTE_BITS = 0o111;
const OWNER_EXECUTES = 0o100;
const NEW_FILE = 0o644;
const NEW_EXECUTABLE = 0o755;

/** One outcome for each write; a refused file is left as it is and does not stop the others. */
export async function applyFiles(workspace: string, plan: ApplyPlan): Promise<WriteOutcome[]> {
  const outcomes: WriteOutcome[] = [];
  for (const write of plan.writes) outcomes.push(await applyOne(workspace, write));
  return outcomes;
}

async function applyOne(workspace: string, write: PlannedWrite): Promise<WriteOutcome> {
  const { path } = write;
  try {
    const target = await resolveTarget(workspace, path);
    if ((await sha256Of(target)) !== write.expectedSha256) {
      return refused(path, `${path} changed since it was read. Accept again to see it as it is.`);
    }
    await writeTarget(target, write);
    if ((await sha256Of(target)) !== write.newSha256) {
      return refused(path, `${path} does not hold what was written. Another program changed it.`);
    }
    return { type: 'written', path };
  } catch (error) {
    return refused(path, `Cannot write ${path}: ${errorText(error)}`);
  }
}

async function resolveTarget(workspace: string, path: string): Promise<string> {
  const normalised = normaliseAgentPath(path);
  if (normalised.type === 'refused') throw new Error(normalised.reason);
  refuseProtected(normalised.path);
  const target = join(workspace, normalised.path);
  const parent = await nearestExisting(dirname(target));
  if (parent !== workspace && !parent.startsWith(workspace + sep)) {
    throw new Error('it leads out of the workspace.');
  }
  // A link to a folder may give a protected file another name.
  refuseProtected(relative(workspace, join(parent, basename(target))).replaceAll(sep, '/'));
  return target;
}

function refuseProtected(path: string): void {
  if (['hidden', 'readOnly'].includes(classifyPath(path))) throw new Error('it is protected.');
}

async function nearestExisting(directory: string): Promise<string> {
  try {
    return await realpath(directory);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return nearestExisting(dirname(directory));
  }
}

async function sha256Of(target: string): Promise<string | null> {
  try {
    if ((await lstat(target)).isSymbolicLink()) throw new Error('it is a symbolic link.');
    return createHash('sha256')
      .update(await readFile(target))
      .digest('hex');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function writeTarget(target: string, write: PlannedWrite): Promise<void> {
  if (write.expectedSha256 === write.newSha256) return;
  if (write.newBytesBase64 === null) {
    await rm(target);
    return;
  }
  await mkdir(dirname(target), { recursive: true });
  const temporary = `${target}.${randomBytes(4).toString('hex')}.muster-tmp`;
  const mode = await permissionsFor(target, write.mode);
  const handle = await open(temporary, 'wx', mode);
  try {
    await handle.writeFile(Buffer.from(write.newBytesBase64, 'base64'));
    await handle.chmod(mode);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(temporary, target);
}

/** A file keeps its permissions; only the executable bits follow the plan, as git knows no others. */
async function permissionsFor(target: string, gitMode: number): Promise<number> {
  const isExecutable = (gitMode & OWNER_EXECUTES) !== 0;
  const present = await lstat(target).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (present === null) return isExecutable ? NEW_EXECUTABLE : NEW_FILE;
  const bits = present.mode & MODE_BITS;
  // Whoever may read may execute.
  return isExecutable ? bits | ((bits & READ_BITS) >> 2) : bits & ~EXECUTE_BITS;
}

function refused(path: string, reason: string): WriteOutcome {
  return { type: 'refused', path, reason };
}
