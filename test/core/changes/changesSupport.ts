import type { LiveFile } from '../../../src/core/changes/review/liveFile.ts';
import { createHash } from 'node:crypto';
import type { FileContent, FileView } from '../../../src/core/ports/fileView.ts';
import type { Decision, Selection } from '../../../src/protocol/proposals.ts';
import type { AgentChange } from '../../../src/core/changes/tree/agentChanges.ts';
import { foldDecisions } from '../../../src/core/changes/review/decisions.ts';
import { planAccept, type ReviewedRun } from '../../../src/core/changes/review/planAccept.ts';
import {
  intentOf,
  type PlannedDecision,
} from '../../../src/core/changes/review/plannedDecision.ts';
import { planReject } from '../../../src/core/changes/review/planReject.ts';
import { planUndo } from '../../../src/core/changes/review/planUndo.ts';
import { buildProposals, storeProposalContents } from '../../../src/core/changes/proposals.ts';
import { ProposalRecord } from '../../../src/core/changes/proposalRecord.ts';
import { RunTree } from '../../../src/core/changes/tree/runTree.ts';

export function file(text: string | Uint8Array, mode = 0o100644): FileContent {
  return { bytes: typeof text === 'string' ? new Uint8Array(Buffer.from(text)) : text, mode };
}

export function textOf(content: FileContent | null): string | null {
  return content === null ? null : Buffer.from(content.bytes).toString('latin1');
}

/** A tree in memory that counts its reads. */
export class MemoryView implements FileView {
  readonly reads: string[] = [];
  readonly #files: ReadonlyMap<string, FileContent>;

  constructor(files: Readonly<Record<string, string | FileContent>>) {
    this.#files = new Map(
      Object.entries(files).map(([path, content]) => [
        path,
        typeof content === 'string' ? file(content) : content,
      ]),
    );
  }

  list(): readonly string[] {
    return [...this.#files.keys()].sort();
  }

  has(path: string): boolean {
    return this.#files.has(path);
  }

  read(path: string): Promise<FileContent | null> {
    this.reads.push(path);
    return Promise.resolve(this.#files.get(path) ?? null);
  }
}

export class MemoryBlobs {
  readonly blobs = new Map<string, Uint8Array>();

  put(bytes: Uint8Array): Promise<string> {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.blobs.set(sha256, new Uint8Array(bytes));
    return Promise.resolve(sha256);
  }

  get(sha256: string): Promise<Uint8Array> {
    const bytes = this.blobs.get(sha256);
    if (bytes !== undefined) return Promise.resolve(bytes);
    return Promise.reject(Object.assign(new Error(`no blob ${sha256}`), { code: 'not_found' }));
  }
}

type Files = Readonly<Record<string, string | FileContent | null>>;

/**
 * A run with its workspace: merges agents, reviews from what was stored only (as another process would),
 * and carries plans out the way the apply service does: compare, then write.
 */
export class ReviewBench {
  readonly live = new Map<string, FileContent>();
  readonly blobs = new MemoryBlobs();
  readonly tree: RunTree;
  readonly decisions: Decision[] = [];
  #recordJson = '';
  #nextId = 1;
  #agents = 0;

  constructor(files: Readonly<Record<string, string | FileContent>>) {
    const snapshot = new MemoryView(files);
    for (const path of snapshot.list()) {
      const content = files[path];
      if (content !== undefined)
        this.live.set(path, typeof content === 'string' ? file(content) : content);
    }
    this.tree = new RunTree({ snapshot, snapshotTree: 'snapshot' });
  }

  /** One agent that leaves these contents; null deletes. */
  async agent(files: Files, groupTitle = 'Group'): Promise<void> {
    const overlay = this.tree.startOverlay();
    for (const [path, content] of Object.entries(files)) {
      if (content === null) overlay.delete(path);
      else overlay.write(path, typeof content === 'string' ? file(content) : content);
    }
    await this.tree.mergeOverlay({ overlay, agentId: ++this.#agents, groupTitle });
    await this.save();
  }

  async save(): Promise<void> {
    const decisions = foldDecisions(this.decisions);
    const built = buildProposals({ runId: 'run-1', tree: this.tree, decisions });
    await storeProposalContents(built, { blobs: this.blobs, stored: new Set() });
    this.#recordJson = JSON.stringify(built.record);
  }

  get review(): ReviewedRun {
    return {
      record: ProposalRecord.parse(JSON.parse(this.#recordJson)),
      decisions: foldDecisions(this.decisions),
      contents: this.blobs,
      readLive: (path) => Promise.resolve(this.#liveFile(path)),
    };
  }

  #liveFile(path: string): LiveFile {
    const content = this.live.get(path) ?? null;
    if (content === null) return { type: 'missing', missingFolders: [] };
    return { type: 'file', content, rights: null };
  }

  hunkIds(path?: string): string[] {
    return this.review.record.files
      .filter((one) => path === undefined || one.path === path)
      .flatMap((one) => one.current.hunks.map((hunk) => hunk.hunkId));
  }

  async accept(selection: Selection = { type: 'all' }): Promise<PlannedDecision> {
    const decisionId = `d${this.#nextId++}`;
    const planned = await planAccept(this.review, { selection, decisionId });
    await this.apply(planned, null);
    return planned;
  }

  /** Problems of the undo. */
  async undo(undoes: string | null = null): Promise<readonly string[]> {
    const decisionId = `d${this.#nextId++}`;
    const plan = await planUndo(this.review, { undoes, decisionId });
    if (plan.type === 'nothing') return [plan.reason];
    await this.apply(plan.planned, plan.undoes);
    return plan.planned.plan.problems.map((problem) => problem.reason);
  }

  async logIntent(planned: PlannedDecision, undoes: string | null): Promise<void> {
    for (const bytes of planned.blobs.values()) await this.blobs.put(bytes);
    this.decisions.push(intentOf(planned, { at: 1, by: 'user', undoes }));
  }

  async apply(planned: PlannedDecision, undoes: string | null): Promise<void> {
    await this.logIntent(planned, undoes);
    const { decisionId, writes } = planned.plan;
    const outcomes = writes.map((write) => {
      const { path } = write;
      const live = this.live.get(path);
      const sha256 = live && createHash('sha256').update(live.bytes).digest('hex');
      if ((sha256 ?? null) !== write.expectedSha256)
        return { type: 'refused' as const, path, reason: 'changed' };
      if (write.newBytesBase64 === null) this.live.delete(path);
      else
        this.live.set(
          path,
          file(new Uint8Array(Buffer.from(write.newBytesBase64, 'base64')), write.mode),
        );
      return { type: 'written' as const, path };
    });
    this.decisions.push({ type: 'outcome', decisionId, at: 2, outcomes });
  }

  /** Path → text of one byte per character. */
  liveTexts(): Readonly<Record<string, string | null>> {
    return Object.fromEntries([...this.live].map(([path, content]) => [path, textOf(content)]));
  }
}

export function change(path: string, base: string | null, proposed: string | null): AgentChange {
  const content = (text: string | null): FileContent | null => (text === null ? null : file(text));
  return { path, base: content(base), proposed: content(proposed) };
}

/** `count` lines named after their number. */
export function numbered(count: number, end = '\n'): string[] {
  return Array.from({ length: count }, (_, index) => `line ${index + 1}${end}`);
}

export const lines = numbered(30);
export const original = lines.join('');
export const twoEdits = lines.with(2, 'THREE\n').with(20, 'TWENTY-ONE\n').join('');

export async function benchWithTwoHunks(): Promise<ReviewBench> {
  const bench = new ReviewBench({ 'a.ts': original });
  await bench.agent({ 'a.ts': twoEdits });
  return bench;
}

export function setLive(bench: ReviewBench, path: string, text: string): void {
  bench.live.set(path, file(new Uint8Array(Buffer.from(text, 'latin1'))));
}

export function reject(bench: ReviewBench, hunkIds: string[]): void {
  const selection = { type: 'hunks' as const, hunkIds };
  const plan = planReject(bench.review, { selection, decisionId: 'r', at: 1, by: 'user' });
  if (plan.decision !== null) bench.decisions.push(plan.decision);
}
