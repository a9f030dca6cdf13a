import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { devNull } from 'node:os';
import path from 'node:path';
import { Mutex } from '../../../../base/mutex.ts';
import { alternatesValue, shadowGitEnvironment } from '../gitEnvironment.ts';
import { runGit } from '../runGit.ts';
import type { GitInput } from '../runGit.ts';
import { exists } from '../../../../node/exists.ts';

/** Bytes stay as they are, whatever .gitattributes files of the workspace say. */
const ATTRIBUTES = '* -text -eol -filter -ident -working-tree-encoding -merge\n';

/** What varies between two calls on the shadow repository. */
export interface ShadowCall {
  readonly workTree?: string | undefined;
  readonly indexFile?: string | undefined;
  readonly alternates?: readonly string[] | undefined;
  readonly input?: GitInput | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The bare repository beside the workspace that holds every snapshot; the user's own is never written to. */
export class ShadowRepository {
  readonly gitDir: string;
  readonly #stateDirectory: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #creation = new Mutex();
  #isReady = false;
  #nextTemporary = 1;

  constructor(stateDirectory: string, base: NodeJS.ProcessEnv) {
    this.#stateDirectory = stateDirectory;
    this.gitDir = path.join(stateDirectory, 'shadow.git');
    this.#environment = shadowGitEnvironment(base, this.gitDir);
  }

  /** Environment for a process that talks to this repository. */
  get environment(): NodeJS.ProcessEnv {
    return this.#environment;
  }

  /** Runs git on this repository, which is created on first use. */
  async git(arguments_: readonly string[], call: ShadowCall = {}): Promise<Buffer> {
    await this.ensureCreated();
    return runGit(arguments_, {
      cwd: call.workTree ?? this.gitDir,
      environment: {
        ...this.#environment,
        ...(call.workTree === undefined ? {} : { GIT_WORK_TREE: call.workTree }),
        ...(call.indexFile === undefined ? {} : { GIT_INDEX_FILE: call.indexFile }),
        ...(call.alternates === undefined || call.alternates.length === 0
          ? {}
          : { GIT_ALTERNATE_OBJECT_DIRECTORIES: alternatesValue(call.alternates) }),
      },
      input: call.input,
      signal: call.signal,
    });
  }

  /** The same, and the first word of what it printed: an object id. */
  async gitForId(arguments_: readonly string[], call: ShadowCall = {}): Promise<string> {
    const output = await this.git(arguments_, call);
    return output.toString('utf8').trim().split(/\s/u, 1)[0] ?? '';
  }

  /** A path for an index that only this call uses. */
  temporaryIndex(): string {
    return path.join(this.gitDir, `index.${process.pid}.${this.#nextTemporary++}`);
  }

  /** Creates the repository unless it is there. */
  ensureCreated(): Promise<void> {
    if (this.#isReady) return Promise.resolve();
    return this.#creation.run(async () => {
      if (!this.#isReady && !(await this.#exists())) await this.#create();
      this.#isReady = true;
    });
  }

  #exists(): Promise<boolean> {
    return exists(path.join(this.gitDir, 'muster-ready'));
  }

  async #create(): Promise<void> {
    await mkdir(this.#stateDirectory, { recursive: true, mode: 0o700 });
    const draft = path.join(this.#stateDirectory, `shadow.${process.pid}.new`);
    await rm(draft, { recursive: true, force: true });
    const environment = { ...this.#environment, GIT_DIR: undefined };
    const init = ['init', '--quiet', '--bare', '--template=', '--object-format=sha1', draft];
    await runGit(init, { cwd: this.#stateDirectory, environment });
    await mkdir(path.join(draft, 'info'), { recursive: true });
    await writeFile(path.join(draft, 'info', 'attributes'), ATTRIBUTES);
    await writeFile(path.join(draft, 'config'), configText());
    await writeFile(path.join(draft, 'muster-ready'), '');
    await this.#moveIntoPlace(draft);
  }

  async #moveIntoPlace(draft: string): Promise<void> {
    try {
      await rename(draft, this.gitDir);
    } catch (error) {
      await rm(draft, { recursive: true, force: true });
      // Another process of the same workspace may have been faster.
      if (!(await this.#exists())) throw error;
    }
  }
}

function configText(): string {
  const canStoreModes = process.platform !== 'win32';
  return [
    '[core]',
    '\trepositoryformatversion = 0',
    `\tfilemode = ${String(canStoreModes)}`,
    '\tbare = true',
    '\tautocrlf = false',
    '\tsafecrlf = false',
    '\tsymlinks = true',
    '\tignorecase = false',
    '\tfsmonitor = false',
    '\tuntrackedcache = false',
    '\tlogallrefupdates = false',
    '\tlongpaths = true',
    '\tloosecompression = 1',
    `\thookspath = ${JSON.stringify(devNull)}`,
    '[pack]',
    '\tcompression = 1',
    '[gc]',
    '\tauto = 0',
    '[maintenance]',
    '\tauto = false',
    '',
  ].join('\n');
}
