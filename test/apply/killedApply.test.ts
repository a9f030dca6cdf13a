import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { planUndo } from '../../src/core/changes/review/planUndo.ts';
import type { ReviewedRun } from '../../src/core/changes/review/planAccept.ts';
import { foldDecisions, openApplies } from '../../src/core/changes/review/decisions.ts';
import {
  intentOf,
  toPlannedDecision,
  type PlannedDecision,
  type WriteStep,
} from '../../src/core/changes/review/plannedDecision.ts';
import type { FileContent } from '../../src/core/ports/fileView.ts';
import { createDecisionLog, type DecisionLog } from '../../src/host/adapters/store/decisionLog.ts';
import { readLiveFile } from '../../src/host/review/readLiveFile.ts';
import { settleCutOff } from '../../src/host/review/settleCutOff.ts';
import { fc } from '../support/fastCheck.ts';
import { ApplyBed } from './support/applyBed.ts';
import { faces } from './support/faces.ts';
import { KilledProcesses } from './support/runKilled.ts';
import {
  makeFiles,
  makeLinks,
  pictureOf,
  type WorkspacePicture,
} from './support/workspacePicture.ts';

/** Cases; each is a process that is killed at another of its system calls. */
const CASES = 500;

/** Cases at a time: each waits most of its time for its process. */
const AT_A_TIME = 6;

const NAMES = ['a.txt', 'b.sh', 'src/c.ts', 'src/deep/d.ts', 'linked/e.ts'];
const NEW_NAMES = ['new.txt', 'made/here.txt', 'made/deep/there.sh', 'src/f.ts'];

const text = fc.constantFrom('', 'one\n', 'two\r\nlines\r\n', 'x'.repeat(300));
const generatedFile = fc.record({
  text,
  permissions: fc.constantFrom(0o644, 0o755, 0o600, 0o664, 0o654),
  uid: fc.constantFrom(0, 1234),
});
const files = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...NAMES), generatedFile), {
    selector: ([name]) => name,
    minLength: 2,
  })
  .map((entries) => Object.fromEntries(entries));

/** What happens to one file; moves are a new file and a delete. */
const edit = fc.oneof(
  fc.record({ type: fc.constant('modify' as const), text }),
  fc.record({ type: fc.constant('mode' as const) }),
  fc.record({ type: fc.constant('delete' as const) }),
  fc.record({ type: fc.constant('move' as const), to: fc.constantFrom(...NEW_NAMES) }),
  fc.record({ type: fc.constant('create' as const), to: fc.constantFrom(...NEW_NAMES), text }),
);

const oneCase = fc.record({
  files,
  edits: fc.array(fc.tuple(fc.constantFrom(...NAMES), edit), { minLength: 2, maxLength: 8 }),
  // A small plan makes about 30 calls, the largest less than 150: some come to their end.
  killAtCall: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 150 })),
  isAfterCall: fc.boolean(),
  /** Every fourth undo is killed, too. */
  killUndo: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.integer({ min: 1, max: 60 })),
});
type Case = typeof oneCase extends fc.Arbitrary<infer T> ? T : never;

describe('An accept whose process is killed at any of its system calls', function () {
  this.timeout(600_000);
  let processes: KilledProcesses;

  before(async () => {
    processes = await KilledProcesses.prepare();
  });
  after(() => processes.dispose());

  it(`leaves each file as before or as planned, is known, and can be undone (${CASES} times)`, async () => {
    const waiting = fc.sample(oneCase, CASES);
    let killed = 0;
    const work = async (): Promise<void> => {
      for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
        // Added when it is known: another one may have ended meanwhile.
        const wasKilled = await checkOne(processes, one);
        killed += wasKilled;
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, work));
    // A test in which nothing is killed would show nothing.
    assert.ok(killed > CASES / 2, `only ${killed} of ${CASES} were killed`);
  });
});

async function checkOne(processes: KilledProcesses, one: Case): Promise<number> {
  const bed = await ApplyBed.create({ isInMemory: true });
  try {
    return await new KilledAccept(bed, processes, one).check();
  } catch (cause) {
    throw new Error(`Not so for ${JSON.stringify(one)}`, { cause });
  } finally {
    await bed.dispose();
  }
}

class KilledAccept {
  readonly #bed: ApplyBed;
  readonly #processes: KilledProcesses;
  readonly #case: Case;
  readonly #blobs = new Map<string, Uint8Array>();
  readonly #log: DecisionLog;

  constructor(bed: ApplyBed, processes: KilledProcesses, one: Case) {
    this.#bed = bed;
    this.#processes = processes;
    this.#case = one;
    const runDirectory = path.join(bed.root, 'run');
    this.#log = createDecisionLog({ runDirectory, lockFile: `${runDirectory}/lock` });
  }

  /** 1 when the accept was killed. */
  async check(): Promise<number> {
    const { killAtCall, isAfterCall, killUndo } = this.#case;
    await this.#makeWorkspace();
    const start = await this.#picture();
    const planned = await this.#plan();
    if (planned.plan.writes.length === 0) return 0;
    const intent = intentOf(planned, { at: 1, by: 'user', undoes: null });
    const signal = await this.#run(planned, { intent, killAtCall, isAfterCall });
    await this.#continue();
    await this.#assertBetween(start, planned);
    if (killUndo !== null) await this.#undoKilled(killUndo);
    await this.#undo();
    assert.deepEqual(await this.#picture(), start);
    return signal === null ? 0 : 1;
  }

  async #makeWorkspace(): Promise<void> {
    await mkdir(path.join(this.#bed.root, 'run'));
    await makeLinks(this.#bed.folder);
    await makeFiles(this.#bed.folder, this.#case.files);
  }

  #picture(): Promise<WorkspacePicture> {
    return pictureOf(this.#bed.folder);
  }

  async #plan(): Promise<PlannedDecision> {
    const steps = new Map<string, WriteStep>();
    for (const [name, one] of this.#case.edits) {
      const live = await this.#live(name);
      const { content } = live;
      if (one.type === 'create' || one.type === 'move') {
        const target = await this.#live(one.to);
        if (target.content !== null || steps.has(one.to)) continue;
        if (one.type === 'create') steps.set(one.to, stepOf(one.to, target, fileOf(one.text)));
        else if (content !== null) steps.set(one.to, stepOf(one.to, target, content));
      }
      if (content === null || steps.has(name) || one.type === 'create') continue;
      steps.set(name, stepOf(name, live, edited(content, one)));
    }
    const head = { runId: 'r', decisionId: 'accept', action: 'accept' as const, problems: [] };
    const planned = toPlannedDecision(head, [...steps.values()]);
    for (const [sha256, bytes] of planned.blobs) this.#blobs.set(sha256, bytes);
    return planned;
  }

  async #run(
    planned: PlannedDecision,
    options: {
      readonly intent: ReturnType<typeof intentOf>;
      readonly killAtCall: number;
      readonly isAfterCall: boolean;
    },
  ): Promise<NodeJS.Signals | null> {
    const { folder: workspace, root } = this.#bed;
    const runDirectory = path.join(root, 'run');
    return this.#processes.run({ workspace, runDirectory, plan: planned.plan, ...options });
  }

  /** What the next start does. */
  async #continue(): Promise<void> {
    const place = { workspace: this.#bed.folder, log: this.#log, at: 3 };
    await settleCutOff(await this.#review(), place);
    const { decisions } = await this.#review();
    assert.deepEqual(openApplies(decisions), []);
    const names = Object.keys(await this.#picture());
    assert.deepEqual(
      names.filter((name) => /muster-tmp|kept-/u.test(name)),
      [],
    );
  }

  async #assertBetween(start: WorkspacePicture, { plan }: PlannedDecision): Promise<void> {
    const [apply] = (await this.#review()).decisions.applies;
    const planned = new Set(plan.writes.map(({ path: name }) => placeOf(name)));
    for (const write of plan.writes) {
      const { content } = await this.#live(write.path);
      const isWritten = isPlanned(write, content);
      const known = apply?.writes.find(({ path: name }) => name === write.path)?.status;
      if (apply !== undefined) assert.equal(known, isWritten ? 'written' : 'refused', write.path);
      const place = placeOf(write.path);
      if (!isWritten) assert.equal((await this.#picture())[place], start[place], place);
    }
    for (const [name, was] of Object.entries(start)) {
      if (!planned.has(name)) assert.equal((await this.#picture())[name], was, name);
    }
  }

  async #undoKilled(killAtCall: number): Promise<void> {
    const undo = await planUndo(await this.#review(), { undoes: 'accept', decisionId: 'undo-1' });
    if (undo.type === 'nothing') return;
    const intent = intentOf(undo.planned, { at: 4, by: 'user', undoes: 'accept' });
    await this.#run(undo.planned, { intent, killAtCall, isAfterCall: this.#case.isAfterCall });
    await this.#continue();
  }

  async #undo(): Promise<void> {
    const undo = await planUndo(await this.#review(), { undoes: 'accept', decisionId: 'undo-2' });
    if (undo.type === 'nothing') return;
    assert.deepEqual(undo.planned.plan.problems, []);
    await this.#log.append(intentOf(undo.planned, { at: 5, by: 'user', undoes: 'accept' }));
    const outcomes = await faces['the command line'](this.#bed.folder, undo.planned.plan);
    assert.deepEqual(
      outcomes.filter(({ type }) => type === 'refused'),
      [],
    );
  }

  async #review(): Promise<ReviewedRun> {
    const decisions = foldDecisions(await this.#log.read());
    const get = (sha256: string): Promise<Uint8Array> => {
      const bytes = this.#blobs.get(sha256);
      return bytes === undefined ? Promise.reject(new Error(sha256)) : Promise.resolve(bytes);
    };
    return {
      record: { schemaVersion: 1, runId: 'r', treeHash: '', groups: [], files: [], conflicts: [] },
      decisions,
      contents: { get },
      readLive: (name) => readLiveFile(this.#bed.folder, name, []),
    };
  }

  async #live(name: string): Promise<ReadableFile> {
    const live = await readLiveFile(this.#bed.folder, name, []);
    if (live.type === 'unreadable') return assert.fail(`${name}: ${live.reason}`);
    const content = live.type === 'file' ? live.content : null;
    const rights = live.type === 'file' ? live.rights : null;
    return { content, rights, missingFolders: live.type === 'missing' ? live.missingFolders : [] };
  }
}

interface ReadableFile {
  readonly content: FileContent | null;
  readonly rights: WriteStep['beforeRights'];
  readonly missingFolders: readonly string[];
}

function stepOf(name: string, live: ReadableFile, after: FileContent | null): WriteStep {
  return {
    path: name,
    hunkIds: [`hunk of ${name}`],
    before: live.content,
    after,
    rebased: false,
    beforeRights: live.rights,
    rights: null,
    madeFolders: live.missingFolders,
    emptyFolders: [],
  };
}

/** Where a file of a linked folder stands. */
function placeOf(name: string): string {
  return name.replace(/^linked\//u, 'real/');
}

function fileOf(content: string): FileContent {
  return { bytes: new Uint8Array(Buffer.from(content)), mode: 0o100644 };
}

function edited(
  content: FileContent,
  one: Exclude<Case['edits'][number][1], { type: 'create' }>,
): FileContent | null {
  if (one.type === 'modify') return { ...fileOf(one.text), mode: content.mode };
  if (one.type !== 'mode') return null;
  return { ...content, mode: content.mode === 0o100755 ? 0o100644 : 0o100755 };
}

function isPlanned(
  { newBytesBase64, mode }: PlannedDecision['plan']['writes'][number],
  content: FileContent | null,
): boolean {
  if (content === null || newBytesBase64 === null)
    return content === null && newBytesBase64 === null;
  return Buffer.from(content.bytes).toString('base64') === newBytesBase64 && content.mode === mode;
}
