/** Starts runs, goes on with earlier ones, and keeps those that are under way. */
import { createDeferred } from '../../base/deferred.ts';
import { parseJson } from '../../base/json.ts';
import { checkScript } from '../../core/script/checkScript.ts';
import { RunEngine, type EarlierSessions } from '../../core/run/runEngine.ts';
import type { Snapshot } from '../../core/ports/fileView.ts';
import type { ScriptCheck, ScriptMeta } from '../../protocol/plan.ts';
import type { RunControl } from '../../protocol/host/hostRpc.ts';
import type {
  DurableRunEvent,
  RunEvent,
  TransientRunEvent,
} from '../../protocol/events/runEvents.ts';
import type { RunView } from '../../protocol/view/runView.ts';
import { isLive } from '../../protocol/view/summarizeRun.ts';
import { useShadow } from '../adapters/git/shadow/shadowUse.ts';
import { createRunStore } from '../adapters/store/runStore.ts';
import type { HostServices } from '../hostServices.ts';
import type { LiveRun, RunListener } from './liveRun.ts';
import { answerWaitingGate, type GateDecision } from './answerWaitingGate.ts';
import { type Ownership } from './claimRun.ts';
import { assertDollarsCount, describeTokenFallback, type PricedRun } from './priceCheck.ts';
import { type OpenEndpoint, type RunOwner } from './runOwner.ts';
import { makeEndReport } from './runReport.ts';
import { approvedIn, resumedRequest, RunHead, writeRunHead } from './runHead.ts';
import { InvalidScriptError, type ResumeRequest, type RunRequest } from './runRequest.ts';
import { RunMissingError, busyError } from './runErrors.ts';
import { RunViews } from './runViews.ts';
import type { RunReader } from './runReader.ts';
import { takeRun } from './takeRun.ts';
import { reopenRun } from './reopenRun.ts';

export class RunService implements RunReader {
  readonly #services: HostServices;
  readonly #views: RunViews;
  readonly #live = new Map<string, LiveRun>();
  readonly #listeners = new Set<RunListener>();
  readonly #openEndpoint: OpenEndpoint;
  /** Runs whose last entry is written and whose folder is being given back. */
  readonly #closing = new Map<string, Promise<unknown>>();

  constructor(services: HostServices, openEndpoint: OpenEndpoint) {
    this.#services = services;
    this.#openEndpoint = openEndpoint;
    const { stateDirectory, log } = services;
    this.#views = new RunViews({ stateDirectory, log, live: (runId) => this.#live.get(runId) });
  }

  /** Number of runs under way. */
  get liveCount(): number {
    return this.#live.size;
  }

  /** Calls back for every event of every live run; dispose stops it. */
  listen(listener: RunListener): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  /** Shows an event that is not the engine's to everybody who listens. */
  show(event: TransientRunEvent, view: RunView): void {
    this.#emit(event, view);
  }

  live(runId: string): LiveRun | undefined {
    return this.#live.get(runId);
  }

  /** Takes the snapshot, makes the folder and starts the script. Rejects before anything ran. */
  async start(request: RunRequest, signal: AbortSignal): Promise<LiveRun> {
    const check = checkScript(request.script);
    if (!check.ok || check.meta === null) throw new InvalidScriptError(check);
    const { snapshots, scripts, clock, log, models, stateDirectory, random } = this.#services;
    // Asked first, so that what is missing shows before anything is on disk.
    assertDollarsCount(this.#pricedRun(request.provider, request.limits));
    scripts.prepare?.();
    const runId = random.id();
    const snapshot = await snapshots.takeSnapshot({ runId, signal });
    const secrets = models.secrets();
    const store = await createRunStore({ stateDirectory, runId, clock, log, secrets });
    const ownership = await this.#claim(runId);
    try {
      return await this.#launch({ request, check, meta: check.meta, store, snapshot, ownership });
    } catch (error) {
      await store.dispose();
      await ownership.release();
      throw error;
    }
  }

  /** Goes on with an earlier run from its journal. Its snapshot and args stay what they were. */
  async resume(runId: string, request: ResumeRequest): Promise<LiveRun> {
    await this.#assertEnded(runId);
    const head = RunHead.parse(parseJson(await this.readFile(runId, 'run.json')));
    const script = request.script ?? (await this.readFile(runId, 'script.js'));
    const check = checkScript(script);
    if (!check.ok || check.meta === null) throw new InvalidScriptError(check);
    const limits = request.limits ?? head.limits;
    assertDollarsCount(this.#pricedRun(request.provider, limits));
    const { snapshots, scripts } = this.#services;
    scripts.prepare?.();
    // Read while the run is claimed and its journal is opened: it changes under nobody.
    const snapshot = snapshots.openSnapshot(head.snapshotTree);
    snapshot.catch(() => undefined);
    const ownership = await this.#claim(runId);
    try {
      const opened = await reopenRun(runId, this.#services, snapshot);
      const budgetTokens = request.budgetTokens ?? head.budgetTokens;
      const hasOtherBudget = budgetTokens !== head.budgetTokens;
      return await this.#launch({
        check,
        meta: check.meta,
        ownership,
        ...opened,
        earlier: { ...opened.earlier, hasOtherBudget },
        request: resumedRequest(head, request, { script, limits, budgetTokens }),
      });
    } catch (error) {
      await ownership.release();
      throw error;
    }
  }

  /** Writes the answer to a question of a run that nobody runs; a resume delivers it. */
  async answerGate(runId: string, decision: GateDecision): Promise<void> {
    // A run that does not exist has no folder to claim.
    await this.view(runId);
    const ownership = await this.#claim(runId);
    try {
      const before = await this.view(runId);
      const { clock, log, models, stateDirectory } = this.#services;
      const options = { stateDirectory, runId, clock, log, secrets: models.secrets() };
      const { event, view } = await answerWaitingGate(options, before, decision);
      this.#emit(event, view);
    } finally {
      await ownership.release();
    }
  }

  /** The other living process that runs it; null when this one does, or none. */
  ownerOf(runId: string): Promise<RunOwner | null> {
    return this.#views.ownerOf(runId);
  }

  /** Steers a live run; rejects when this process does not own it. */
  control(runId: string, control: RunControl): void {
    const live = this.#live.get(runId);
    // It stays for a moment after its end, until its files are closed.
    if (live === undefined || live.engine.hasEnded) {
      throw new RunMissingError(
        `Run ${runId} is not running; nothing to ${control.action}. Resume it first.`,
      );
    }
    live.engine.control(control);
  }

  view(runId: string): Promise<RunView> {
    return this.#views.view(runId);
  }

  events(runId: string): Promise<readonly DurableRunEvent[]> {
    return this.#views.events(runId);
  }

  /** All runs, newest first; one whose journal can't be read is left out and logged. */
  list(): Promise<readonly RunView[]> {
    return this.#views.list();
  }

  /** A text file of a run's folder, such as script.js. */
  readFile(runId: string, name: string): Promise<string> {
    return this.#views.readFile(runId, name);
  }

  async #launch(launch: {
    readonly request: RunRequest;
    readonly check: ScriptCheck;
    readonly meta: ScriptMeta;
    readonly store: LiveRun['store'];
    readonly snapshot: Snapshot;
    readonly ownership: Ownership;
    readonly earlier?: EarlierSessions;
  }): Promise<LiveRun> {
    const { request, check, meta, store, snapshot, ownership, earlier } = launch;
    const { runId } = store;
    const governor = this.#services.models.governorFor(request.provider);
    const priced = this.#pricedRun(request.provider, request.limits);
    const { model } = priced;
    const { scriptSha256 } = check;
    const begun = createDeferred<undefined>();
    const engine = new RunEngine(
      {
        ...request,
        runId,
        scriptSha256,
        meta,
        model,
        prices: priced.prices,
        approvedCommands: approvedIn(request),
        // Whoever can answer a gate can answer for a command.
        onCommand: request.onGate === 'wait' ? 'ask' : 'refuse',
      },
      { ...this.#services, store, snapshot, governor },
      (event, view) => {
        begun.resolve(undefined);
        this.#emit(event, view);
      },
      earlier,
    );
    const { workspace } = this.#services;
    const facts = { workspace, scriptSha256, model, snapshotTree: snapshot.tree };
    const head = writeRunHead(store, request, facts);
    // A run that goes on has a head; what differs in the new one is read by a later resume only.
    if (earlier === undefined) await head;
    const ended = this.#execute(engine, { store, ownership, head });
    ended.catch((error: unknown) => begun.reject(error));
    const warning = describeTokenFallback(priced);
    begun.promise.then(
      () => (warning === null ? undefined : engine.warn(warning)),
      // Whoever waits for the end learns of a failed beginning there.
      () => undefined,
    );
    const live = { runId, engine, store, begun: begun.promise, ended };
    this.#live.set(runId, live);
    return live;
  }

  async #claim(runId: string): Promise<Ownership> {
    await this.#closing.get(runId);
    return takeRun(runId, this.#services, this.#openEndpoint);
  }

  async #assertEnded(runId: string): Promise<void> {
    const view = await this.view(runId);
    if (!isLive(view)) return;
    throw busyError(runId, view.state);
  }

  #pricedRun(provider: RunRequest['provider'], limits: RunRequest['limits']): PricedRun {
    const { client } = this.#services.models.governorFor(provider);
    const model = provider.model ?? client.defaultModel;
    return { provider: client.provider, model, limits, prices: provider.prices };
  }

  #emit(event: RunEvent, view: RunView): void {
    for (const listener of this.#listeners) listener(event, view);
  }

  async #execute(
    engine: RunEngine,
    owned: {
      readonly store: LiveRun['store'];
      readonly ownership: Ownership;
      readonly head: Promise<void>;
    },
  ): LiveRun['ended'] {
    const { store, ownership, head } = owned;
    try {
      // Trees that commands run on have no ref: while a run goes on, no object is taken out.
      const executed = useShadow(this.#services.stateDirectory, () => engine.execute());
      const [ended] = await Promise.all([executed, head]);
      await store.writeFile('report.md', await makeEndReport(store.directory, engine));
      return ended;
    } finally {
      this.#live.delete(store.runId);
      const closed = inTurn(
        () => store.dispose(),
        () => ownership.release(),
      );
      this.#closing.set(store.runId, closed);
      await closed.finally(() => this.#closing.delete(store.runId));
    }
  }
}

/** The second one also when the first one fails. */
async function inTurn(first: () => Promise<void>, second: () => Promise<void>): Promise<void> {
  try {
    await first();
  } finally {
    await second();
  }
}
