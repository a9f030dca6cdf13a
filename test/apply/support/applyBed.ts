import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

/** Linux keeps what is in here in memory. */
const SHARED_MEMORY = '/dev/shm';

/** A workspace in a folder of its own, with room beside it. */
export class ApplyBed {
  readonly root: string;
  readonly folder: string;

  private constructor(root: string) {
    this.root = root;
    this.folder = path.join(root, 'workspace');
  }

  /** In memory where the system has a place for that: a thousand syncs of a disk take minutes. */
  static async create({ isInMemory = false } = {}): Promise<ApplyBed> {
    const parent = isInMemory && existsSync(SHARED_MEMORY) ? SHARED_MEMORY : os.tmpdir();
    const root = await realpath(await mkdtemp(path.join(parent, 'muster-apply-')));
    const bed = new ApplyBed(root);
    await mkdir(bed.folder);
    return bed;
  }

  /** A path in the workspace. */
  inside(name: string): string {
    return path.join(this.folder, name);
  }

  /** Every file and folder of the workspace, in order. */
  async names(): Promise<readonly string[]> {
    return (await readdir(this.folder, { recursive: true })).sort();
  }

  dispose(): Promise<void> {
    return rm(this.root, { recursive: true, force: true });
  }
}

/** Gives each test of a suite a workspace of its own. */
export function useApplyBed(): { readonly bed: ApplyBed } {
  let bed: ApplyBed | undefined;
  beforeEach(async () => {
    bed = await ApplyBed.create();
  });
  afterEach(async () => {
    await bed?.dispose();
    bed = undefined;
  });
  return {
    get bed(): ApplyBed {
      if (bed === undefined) throw new Error('There is a workspace only inside a test.');
      return bed;
    },
  };
}
