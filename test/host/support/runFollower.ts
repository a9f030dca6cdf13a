import assert from 'node:assert/strict';
import type { HostClient } from '../../../src/hostClient/hostClient.ts';
import type { HostNotificationParams, HostParams } from '../../../src/protocol/host/hostRpc.ts';
import { reduceRunEvents } from '../../../src/protocol/view/reduceRun.ts';
import type { RunView } from '../../../src/protocol/view/runView.ts';
import { EventWaiters } from '../../support/messagesApi/eventWaiters.ts';

type Batch = HostNotificationParams<'run.events'>;
type Client = Pick<HostClient, 'request' | 'onNotification'>;

/** One client's picture of a run: the snapshot that it got, and every batch since, folded in. */
export class RunFollower {
  readonly #runId: string;
  readonly #waiters = new EventWaiters();
  #early: Batch[] = [];
  #sequence = -1;
  #view: RunView | null = null;
  #fault: Error | null = null;

  private constructor(runId: string) {
    this.#runId = runId;
  }

  static async follow(client: Client, runId: string): Promise<RunFollower> {
    const follower = new RunFollower(runId);
    followersOf(client).add(follower);
    const { sequence, view } = await client.request('run.subscribe', { runId });
    follower.#sequence = sequence;
    follower.#view = view;
    for (const batch of follower.#early.splice(0)) follower.receive(batch);
    return follower;
  }

  get view(): RunView {
    return this.#view ?? assert.fail('There is no view yet.');
  }

  /** Number of the newest batch. */
  get sequence(): number {
    return this.#sequence;
  }

  /** Resolves when the picture shows it. */
  async waitFor(
    isShown: (view: RunView) => boolean,
    what: string,
    deadlineMs = 20_000,
  ): Promise<RunView> {
    const isMet = () => this.#fault !== null || isShown(this.view);
    const describe = () => `Waited for ${what}; the run is ${this.view.state}.`;
    await this.#waiters.wait(isMet, deadlineMs, describe);
    if (this.#fault !== null) throw this.#fault;
    return this.view;
  }

  /** Resolves with the last picture. */
  waitForEnd(deadlineMs?: number): Promise<RunView> {
    return this.waitFor((view) => view.endedAt !== null, 'the end of the run', deadlineMs);
  }

  /** Takes a batch; those of other runs are none of its business. */
  receive(batch: Batch): void {
    if (batch.runId !== this.#runId) return;
    if (this.#view === null) {
      this.#early.push(batch);
      return;
    }
    if (batch.sequence !== this.#sequence + 1) {
      this.#fault = new Error(`Batch ${batch.sequence} follows batch ${this.#sequence}.`);
    }
    this.#sequence = batch.sequence;
    this.#view = reduceRunEvents(this.#view, batch.events);
    this.#waiters.check();
  }
}

/** A connection has one listener for each kind of notification; all followers on it share that one. */
const followers = new WeakMap<Client, Set<RunFollower>>();

function followersOf(client: Client): Set<RunFollower> {
  const known = followers.get(client);
  if (known !== undefined) return known;
  const added = new Set<RunFollower>();
  followers.set(client, added);
  client.onNotification('run.events', (batch) => {
    for (const follower of added) follower.receive(batch);
  });
  return added;
}

/** What starts a run, with the defaults of these tests. */
export function startParams(
  script: string,
  limits: Partial<HostParams<'run.start'>['limits']> = {},
): HostParams<'run.start'> {
  const defaults = { maxAgents: 200, concurrency: 16, maxTokens: null, maxUsd: 5, maxMinutes: 5 };
  return {
    request: 'a test',
    script,
    argsJson: null,
    limits: { ...defaults, ...limits },
    approvedCommands: [],
    unsandboxed: false,
  };
}

/** Starts a run and follows it. */
export async function startFollowed(
  client: Client,
  ...params: Parameters<typeof startParams>
): Promise<RunFollower & { readonly runId: string }> {
  const { runId } = await client.request('run.start', startParams(...params));
  return Object.assign(await RunFollower.follow(client, runId), { runId });
}
