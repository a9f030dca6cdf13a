/**
 * Finds the processes of one command again and again, at little cost: each process of the machine is looked at
 * once, and after that only those of the command. Linux only.
 */
import { appendAll } from '../../../../base/appendAll.ts';
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessFacts {
  readonly pid: number;
  readonly threads: number;
}

interface Stat extends ProcessFacts {
  readonly parent: number;
  readonly group: number;
}

export class ProcessTable {
  readonly #root: number;
  readonly #tagEntry: string;
  readonly #members = new Set<number>();
  readonly #strangers = new Set<number>();

  /** A command's own process, which leads its group, and the variable that all of its processes carry. */
  constructor(root: number, tagEntry: string) {
    this.#root = root;
    this.#tagEntry = tagEntry;
  }

  /** The command's processes as they are now: its descendants, its group, and what carries its tag. */
  look(): readonly ProcessFacts[] {
    const pids = readdirSync('/proc').flatMap((name) =>
      /^\d+$/u.test(name) ? [Number(name)] : [],
    );
    const present = new Set(pids);
    // A number is given to another process when its own is gone.
    forgetAbsent(this.#strangers, present);
    forgetAbsent(this.#members, present);
    const stats = pids
      .filter((pid) => !this.#strangers.has(pid))
      .flatMap((pid) => readStat(pid) ?? []);
    this.#addDescendants(stats);
    for (const { pid } of stats) {
      if (this.#members.has(pid)) continue;
      if (hasEntry(pid, this.#tagEntry)) this.#members.add(pid);
      else this.#strangers.add(pid);
    }
    return stats.filter(({ pid }) => this.#members.has(pid));
  }

  #addDescendants(stats: readonly Stat[]): void {
    const children = childrenOf(stats);
    const inGroup = stats.filter(({ group }) => group === this.#root).map(({ pid }) => pid);
    const queue = [this.#root, ...inGroup, ...this.#members];
    const seen = new Set<number>();
    for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
      if (seen.has(pid)) continue;
      seen.add(pid);
      this.#members.add(pid);
      appendAll(queue, children.get(pid) ?? []);
    }
  }
}

function forgetAbsent(pids: Set<number>, present: ReadonlySet<number>): void {
  for (const pid of pids) if (!present.has(pid)) pids.delete(pid);
}

function childrenOf(stats: readonly Stat[]): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>();
  for (const { pid, parent } of stats) {
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [pid]);
    else siblings.push(pid);
  }
  return children;
}

function readStat(pid: number): Stat | null {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name stands in parentheses and may itself hold any character. State, parent and group follow.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    const [parent, group, threads] = [fields[1], fields[2], fields[17]].map(Number);
    if (parent === undefined || group === undefined || threads === undefined) return null;
    return { pid, parent, group, threads };
  } catch {
    // It ended meanwhile.
    return null;
  }
}

function hasEntry(pid: number, entry: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(entry);
  } catch {
    // It ended meanwhile, or belongs to somebody else and so is none of ours.
    return false;
  }
}
