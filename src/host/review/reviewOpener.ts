import { join } from 'node:path';
import { foldDecisions } from '../../core/changes/review/decisions.ts';
import type { ReviewedRun } from '../../core/changes/review/planAccept.ts';
import { buildProposals } from '../../core/changes/proposals.ts';
import type { RunTree } from '../../core/changes/tree/runTree.ts';
import type { BlobStore } from '../../core/ports/runStore.ts';
import type { OpenBuffer } from '../../protocol/proposals.ts';
import type { DecisionLog } from '../adapters/store/decisionLog.ts';
import { FileBlobs } from '../adapters/store/fileBlobs.ts';
import type { RunReader } from '../runs/runReader.ts';
import { readLiveFile } from './readLiveFile.ts';
import { rebuildTree } from './rebuildTree.ts';
import { openDecisionLog } from '../adapters/store/decisionLog.ts';
import { runDirectory } from '../adapters/store/runFolders.ts';
import type { ReviewServices } from './reviewServices.ts';

/** A review with the place where its bytes are kept. */
export interface OpenedReview extends ReviewedRun {
  readonly blobs: BlobStore;
}

/** Brings together what a review works from: the run's proposals, its decisions, and the files as they are now. */
export class ReviewOpener {
  readonly #services: ReviewServices;
  readonly #runs: RunReader;
  readonly #endedTrees = new Map<string, RunTree>();
  readonly #logs = new Map<string, DecisionLog>();

  constructor(services: ReviewServices, runs: RunReader) {
    this.#services = services;
    this.#runs = runs;
    // A run that goes on gets another tree than the one that is remembered.
    runs.listen((event) => {
      if (event.type === 'run.resumed') this.#endedTrees.delete(event.runId);
    });
  }

  /** Reads the decisions afresh, whoever made them. */
  async open(runId: string, openBuffers: readonly OpenBuffer[]): Promise<OpenedReview> {
    const { workspace, stateDirectory } = this.#services;
    const blobs = new FileBlobs(join(runDirectory(stateDirectory, runId), 'blobs'));
    const tree = await this.#tree(runId, blobs);
    const decisions = foldDecisions(await this.log(runId).read());
    const { record, contents } = buildProposals({ runId, tree, decisions });
    const get = async (sha256: string): Promise<Uint8Array> =>
      contents.get(sha256) ?? blobs.get(sha256);
    return {
      record,
      decisions,
      blobs,
      contents: { get },
      readLive: (path) => readLiveFile(workspace, path, openBuffers),
    };
  }

  /** The decisions of a run. */
  log(runId: string): DecisionLog {
    let log = this.#logs.get(runId);
    if (log === undefined) {
      log = openDecisionLog(this.#services.stateDirectory, runId);
      this.#logs.set(runId, log);
    }
    return log;
  }

  async #tree(runId: string, blobs: BlobStore): Promise<RunTree> {
    const live = this.#runs.live(runId);
    if (live !== undefined) return live.engine.tree;
    const known = this.#endedTrees.get(runId);
    if (known !== undefined) {
      // A run that was dropped since has no view: nobody may decide about what is remembered of it.
      await this.#runs.view(runId);
      return known;
    }
    const { snapshots } = this.#services;
    const tree = await rebuildTree(await this.#runs.events(runId), { snapshots, blobs });
    this.#endedTrees.set(runId, tree);
    return tree;
  }
}
