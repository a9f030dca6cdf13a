import { cutText } from '../../../base/format.ts';
import type { Snapshot, SnapshotStore } from '../../ports/fileView.ts';

/** Files that tell agents about a project, the first that exists counts. */
const INSTRUCTION_FILES = ['AGENTS.md', 'CLAUDE.md'];

/** Characters of instructions that every agent gets: about 4,000 tokens, paid by each of them. */
const MAX_INSTRUCTION_CHARS = 16_000;

const cache = new WeakMap<Snapshot, Promise<string>>();

/** The project's instructions in the snapshot, never in proposals; '' when there are none. */
export function readInstructions(snapshot: Snapshot, snapshots: SnapshotStore): Promise<string> {
  let text = cache.get(snapshot);
  if (text === undefined) {
    text = load(snapshot, snapshots);
    cache.set(snapshot, text);
  }
  return text;
}

async function load(snapshot: Snapshot, snapshots: SnapshotStore): Promise<string> {
  for (const name of INSTRUCTION_FILES) {
    const entry = snapshot.entries.find((candidate) => candidate.path === name);
    if (entry === undefined) continue;
    const bytes = await snapshots.readBlob(entry.blob);
    return cutText(new TextDecoder().decode(bytes), MAX_INSTRUCTION_CHARS);
  }
  return '';
}
