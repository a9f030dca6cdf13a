/** The oldest Node whose WebAssembly can compile the sandbox's engine. */
const OLDEST_MAJOR = 22;

/** What is wrong with a version of Node, in one sentence; null when nothing is. */
export function nodeProblem(version: string): string | null {
  const major = Number(version.split('.', 1)[0]);
  if (major >= OLDEST_MAJOR) return null;
  return `muster needs Node.js ${OLDEST_MAJOR} or later; this is ${version}. Install a newer version, or put it first in the PATH.`;
}
