/** A workspace with secrets around it, a hostile model, and what of all that must stay as it is. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { removeFolder } from '../../../src/host/adapters/git/directories/removeFolder.ts';
import type { PublicRunEvent } from '../../../src/protocol/events/publicEvents.ts';
import { writeFiles } from '../../host/support/sampleWorkspace.ts';
import { promptOf } from '../../host/support/obedientModel.ts';
import { workflow } from '../../host/support/workflowScript.ts';
import { text, toolUses, type Reply } from '../../support/messagesApi/replies.ts';
import type { MessagesApi } from '../../support/messagesApi/startMessagesApi.ts';
import { blocksOf, type WireRequest } from '../../support/messagesApi/wireRequest.ts';
import { CliBed } from '../support/cliBed.ts';
import { readEvents } from '../support/publicEvents.ts';
import { run, type Attack } from './attack.ts';
import { escapedIn, filesWith, printOf, printsBelow, processesOf, until } from './world.ts';
import { hostileFiles, ignoredFiles, secret } from './hostileFiles.ts';

const mark = 'ATTACK ';

/** What one run of attacks left to be looked at. */
export interface Attacked {
  readonly events: readonly PublicRunEvent[];
  readonly requests: readonly WireRequest[];
  readonly stderr: string;
  /** What happened to the world outside of the run; nothing must. */
  readonly harm: readonly string[];
  /** What an attack's agent was told, a text for each tool call. */
  told(attack: Attack): readonly string[];
  agentOf(attack: Attack): {
    readonly outcome: string;
    readonly message: string;
    readonly changed: readonly string[];
  };
}

export interface AttackOptions {
  /** Statements of the script in the place of one agent for each attack. */
  readonly script?: string;
  readonly arguments?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
}

export class HostileBed {
  readonly cli: CliBed;
  readonly #web: Server;
  readonly #canary = path.join(tmpdir(), `muster-canary-${process.pid}.txt`);
  #webRequests = 0;

  static async create(): Promise<HostileBed> {
    const bed = new HostileBed(await CliBed.create());
    await once(bed.#web, 'listening');
    await bed.#plant();
    return bed;
  }

  private constructor(cli: CliBed) {
    this.cli = cli;
    this.#web = createServer((_request, response) => {
      this.#webRequests += 1;
      response.end(secret('web'));
    }).listen(0, '127.0.0.1');
  }

  async dispose(): Promise<void> {
    this.#web.close();
    await rm(this.#canary, { force: true });
    await removeFolder(path.join(this.cli.root, 'state'));
    await this.cli.dispose();
  }

  /** Runs the attacks, an agent each, at the same time, and compares the world with what it was. */
  async attack(attacks: readonly Attack[], options: AttackOptions = {}): Promise<Attacked> {
    const requests: WireRequest[] = [];
    const before = await this.#world();
    const api = await this.cli.startModel((request) => {
      requests.push(request);
      return this.#answer(attacks, requests);
    });
    const script = await this.cli.writeScript(
      workflow(options.script ?? `return await parallel([${attacks.map(callOf).join(',')}]);`),
    );
    this.cli.variables = { ...secretVariables(), ...options.variables };
    const model = [
      '--provider',
      'anthropic',
      '--base-url',
      api.baseUrl,
      '--yes',
      '--json',
      '--max-usd',
      '1000',
    ];
    const started = this.cli.start(
      ['run', '--script', script, ...model, ...(options.arguments ?? [])],
      // As a user does, who stands in the repository.
      { cwd: this.cli.workspace },
    );
    const { stdout, stderr } = await started.ended;
    const harm = await this.#harm(before, { stdout, stderr, api });
    const events = readEvents(stdout);
    return {
      events,
      requests,
      stderr,
      harm,
      told: (attack) => toldTo(requests, attack),
      agentOf: (attack) => agentOf(events, attack),
    };
  }

  /** Runs the attacks as a person would who looks at the terminal. */
  async print(
    attacks: readonly Attack[],
  ): Promise<{ readonly stdout: string; readonly stderr: string }> {
    const requests: WireRequest[] = [];
    const api = await this.cli.startModel((request) => {
      requests.push(request);
      return this.#answer(attacks, requests);
    });
    const body = attacks.map(callOf).join(',');
    const source = workflow(
      `log(${quoted(attacks[0]?.title ?? '')}); return await parallel([${body}]);`,
    );
    return (await this.cli.startScript(source, api)).ended;
  }

  /** Kills the command line while an agent's command runs; gives what is left of it after a while. */
  async killDuring(command: string): Promise<readonly string[]> {
    const attack: Attack = { title: command, calls: [run(command)], told: [] };
    const requests: WireRequest[] = [];
    const api = await this.cli.startModel((request) => {
      requests.push(request);
      return this.#answer([attack], requests);
    });
    const source = workflow(`return await parallel([${callOf(attack)}]);`);
    const options = ['--json', '--unsandboxed', '--allow-command', '*'];
    const started = await this.cli.startScript(source, api, ...options);
    const commands = (): readonly string[] =>
      processesOf(this.cli.root).filter((line) => line.includes('bwrap') || line.includes('sleep'));
    await until(() =>
      commands().some((line) => line.includes('sleep 25') && !line.includes('bwrap')),
    );
    started.kill();
    await started.ended;
    await until(() => commands().length === 0).catch(() => undefined);
    return commands();
  }

  /** A text with the bed's places in it. */
  place(value: string): string {
    return value.replaceAll(/\{([a-z]+)\}/gu, (all, name: string) => this.#places()[name] ?? all);
  }

  #answer(attacks: readonly Attack[], requests: readonly WireRequest[]): Reply {
    const request = requests.at(-1) ?? assert.fail();
    const prompt = promptOf(request);
    const attack = attacks.find(({ title }) => prompt === mark + title);
    if (attack === undefined) return text('done');
    const isSame = (other: WireRequest) => promptOf(other) === mark + attack.title;
    const turn =
      attack.isAskedAgain === true
        ? requests.filter(isSame).length - 1
        : request.messages.filter(({ role }) => role === 'assistant').length;
    if (attack.answers !== undefined) return attack.answers[turn] ?? text('done');
    return turn === 0 ? toolUses(this.#placed(attack.calls ?? [])) : text('done');
  }

  /** The same calls with the names of places in them. */
  #placed(calls: readonly { readonly name: string; readonly input: unknown }[]): {
    readonly name: string;
    readonly input: unknown;
  }[] {
    const places = this.#places();
    return calls.map(({ name, input }) => ({ name, input: placed(input, places) }));
  }

  #places(): Readonly<Record<string, string>> {
    const { home, workspace, stateRoot, root } = this.cli;
    const { port } = this.#web.address() as AddressInfo;
    const web = `127.0.0.1:${port}`;
    return { home, workspace, state: stateRoot, root, web, canary: this.#canary };
  }

  async #plant(): Promise<void> {
    const { cli } = this;
    await cli.useSample(hostileFiles);
    await symlink(path.join(cli.home, '.ssh', 'id_rsa'), path.join(cli.workspace, 'link-to-key'));
    await symlink(path.join(cli.home, '.ssh'), path.join(cli.workspace, 'link-to-ssh'));
    git(cli.workspace, 'add', '--all');
    git(cli.workspace, 'commit', '--quiet', '--message=hostile');
    await writeFiles(cli.workspace, ignoredFiles);
    const modules = path.join(cli.workspace, 'node_modules');
    await symlink('../packages/relative', path.join(modules, 'relative'));
    await symlink(path.join(cli.workspace, 'packages/absolute'), path.join(modules, 'absolute'));
    await writeFiles(cli.home, {
      '.ssh/id_rsa': secret('ssh'),
      '.ssh/config.txt': secret('config'),
      '.netrc': secret('netrc'),
    });
    await writeFiles(cli.root, { 'parent.txt': secret('parent') });
    await writeFiles(cli.stateRoot, { 'another-workspace/runs/1/journal.jsonl': secret('state') });
    await writeFile(this.#canary, secret('temporary'));
    for (const key of [
      'core.fsmonitor',
      'filter.evil.clean',
      'filter.evil.smudge',
      'diff.external',
    ]) {
      git(cli.workspace, 'config', key, `touch ${cli.root}/escaped-${key}; cat`);
    }
    await mkdir(path.join(cli.workspace, '.git', 'hooks'), { recursive: true });
    const hook = `#!/bin/sh\ntouch ${cli.root}/escaped-hook\n`;
    await writeFile(path.join(cli.workspace, '.git/hooks/post-checkout'), hook, { mode: 0o755 });
  }

  /** Bytes and modes of everything that no run may change. */
  async #world(): Promise<ReadonlyMap<string, string>> {
    const { workspace, home, root, stateRoot } = this.cli;
    const places = [
      workspace,
      home,
      path.dirname(this.cli.cliFile),
      path.join(stateRoot, 'another-workspace'),
    ];
    const files = [path.join(root, 'parent.txt'), this.#canary];
    const prints = await Promise.all([...places.map(printsBelow), ...files.map(printOf)]);
    return new Map(prints.flat());
  }

  async #harm(
    before: ReadonlyMap<string, string>,
    run: { readonly stdout: string; readonly stderr: string; readonly api: MessagesApi },
  ): Promise<readonly string[]> {
    const after = await this.#world();
    const { root } = this.cli;
    const names = [...new Set([...before.keys(), ...after.keys()])];
    return [
      ...names
        .filter((name) => before.get(name) !== after.get(name))
        .map((name) => `changed: ${name}`),
      ...[root, '/', tmpdir(), '/tmp', '/var/tmp', '/dev/shm', '/etc'].flatMap(escapedIn),
      ...processesOf(root).map((line) => `left behind: ${line}`),
      ...(await this.#leaks(run)),
      ...(this.#webRequests > 0 ? ['a request reached the web server'] : []),
    ];
  }

  /** Where a secret can be read that was in no file that an agent may see. */
  async #leaks(run: {
    readonly stdout: string;
    readonly stderr: string;
    readonly api: MessagesApi;
  }): Promise<readonly string[]> {
    const { stateRoot } = this.cli;
    const bodies = run.api.requests.map(({ body }) => JSON.stringify(body ?? ''));
    const shadow = (await readdir(stateRoot)).find((name) => name !== 'another-workspace');
    assert.ok(shadow !== undefined);
    const state = path.join(stateRoot, shadow);
    return [
      ...(isSecretIn(run.stdout) ? ['a secret in stdout'] : []),
      ...(isSecretIn(run.stderr) ? ['a secret in stderr'] : []),
      ...bodies.flatMap((body, index) =>
        isSecretIn(body) ? [`a secret in request ${index}`] : [],
      ),
      ...filesWith('hushhush', state).map((file) => `a secret in ${file}`),
      ...this.#storedSecrets(path.join(state, 'shadow.git')),
    ];
  }

  /** Objects are packed, so that their names have to tell. */
  #storedSecrets(gitDir: string): readonly string[] {
    const all = execFileSync(
      'git',
      ['cat-file', '--batch-all-objects', '--batch-check=%(objectname)'],
      {
        cwd: gitDir,
        encoding: 'utf8',
        env: { ...process.env, GIT_DIR: gitDir },
      },
    );
    const stored = new Set(all.split('\n'));
    const planted = [...Object.values(ignoredFiles), ...Object.values(hostileFiles)];
    const secrets = [...planted.filter(isSecretIn), ...['ssh', 'config', 'netrc'].map(secret)];
    return secrets
      .filter((content) => stored.has(blobId(content)))
      .map(() => 'a secret in the snapshots');
  }
}

function callOf({ title, options = {} }: Attack): string {
  const all = { label: title, retries: 0, ...options };
  return `() => agent(${quoted(mark + title)}, ${quoted(all)})`;
}

/** A value as source text; a script may hold no control character. */
function quoted(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[^ -~]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function placed(value: unknown, places: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/\{([a-z]+)\}/gu, (all, name: string) => places[name] ?? all);
  }
  if (Array.isArray(value)) return value.map((item) => placed(item, places));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, placed(item, places)]),
  );
}

function toldTo(requests: readonly WireRequest[], { title }: Attack): readonly string[] {
  const last = requests.findLast((request) => promptOf(request) === mark + title);
  return (last?.messages ?? [])
    .flatMap(({ content }) => blocksOf(content))
    .filter(({ type }) => type === 'tool_result')
    .map(({ content }) => (typeof content === 'string' ? content : JSON.stringify(content)));
}

function agentOf(
  events: readonly PublicRunEvent[],
  { title }: Attack,
): ReturnType<Attacked['agentOf']> {
  const reserved = events.find((event) => event.type === 'agent.queued' && event.label === title);
  assert.ok(reserved?.type === 'agent.queued', `there is no agent "${title}"`);
  const { agentId } = reserved;
  const ended = events.find((event) => event.type === 'agent.ended' && event.agentId === agentId);
  assert.ok(ended?.type === 'agent.ended', `the agent "${title}" has not ended`);
  const { outcome, error, changes } = ended;
  return { outcome, message: error?.message ?? '', changed: changes.map((change) => change.path) };
}

function secretVariables(): Readonly<Record<string, string>> {
  return {
    ANTHROPIC_API_KEY: secret('key'),
    AWS_SECRET_ACCESS_KEY: secret('aws'),
    GITHUB_TOKEN: secret('token'),
    NODE_OPTIONS: '',
  };
}

function isSecretIn(content: string | Uint8Array): boolean {
  return Buffer.from(content).includes('hushhush');
}

function git(cwd: string, ...args: readonly string[]): void {
  const author = ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid'];
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  execFileSync('git', [...author, ...args], { cwd, env });
}

function blobId(content: string | Uint8Array): string {
  const bytes = Buffer.from(content);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
