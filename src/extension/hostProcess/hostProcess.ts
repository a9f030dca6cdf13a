import type { Disposable } from '../../base/disposables.ts';
import {
  hostNotifications,
  type HostMethod,
  type HostNotification,
  type HostNotificationParams,
  type HostParams,
  type HostResult,
  type ProviderConfig,
} from '../../protocol/host/hostRpc.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import type { ExtensionLog } from '../shared/tasks.ts';
import type { HostClient } from '../../hostClient/hostClient.ts';
import type { HostConnection } from '../../hostClient/hostConnection.ts';

/** A host that ends more often than this in the window of time is not started by itself again. */
const MAX_STARTS = 5;
const STARTS_WINDOW_MS = 60_000;

/** What the host's life needs from outside. */
export interface HostProcessOptions {
  /** Starts the host, or attaches to the one that runs. */
  readonly open: () => Promise<HostConnection>;
  readonly providerConfig: () => Promise<ProviderConfig>;
  readonly log: ExtensionLog;
  readonly nowMs: () => number;
}

/** The background host of this workspace: started on first need, attached to, and noticed when it ends. */
export class HostProcess implements HostClient, Disposable {
  readonly #options: HostProcessOptions;
  readonly #connected = new Emitter<void>();
  readonly #died = new Emitter<void>();
  readonly #notified = new Emitter<Notified>();
  #connection: HostConnection | null = null;
  #connecting: Promise<HostConnection> | null = null;
  #starts: number[] = [];
  #disposed = false;
  /** After each connection, the first one included. */
  readonly onConnected: Event<void> = this.#connected.event;
  /** The host is gone without our doing; every pending request has been settled before. */
  readonly onDied: Event<void> = this.#died.event;

  constructor(options: HostProcessOptions) {
    this.#options = options;
  }

  get isConnected(): boolean {
    return this.#connection !== null;
  }

  /** The process id of the connected host, or null. */
  get pid(): number | null {
    return this.#connection?.pid ?? null;
  }

  /** Starts or attaches to the host; concurrent calls share one attempt. */
  async connect(): Promise<HostConnection> {
    if (this.#connection !== null) return this.#connection;
    this.#connecting ??= this.#open().finally(() => (this.#connecting = null));
    return this.#connecting;
  }

  /** Forgets earlier ends of the host: the user asks for a new start. */
  async restart(): Promise<void> {
    this.#starts = [];
    await this.connect();
  }

  async request<M extends HostMethod>(method: M, params: HostParams<M>): Promise<HostResult<M>> {
    const connection = await this.connect();
    return connection.request(method, params);
  }

  onNotification<N extends HostNotification>(
    name: N,
    listener: (params: HostNotificationParams<N>) => void,
  ): Disposable {
    return this.#notified.event((notified) => {
      // The emitter carries what the connection parsed under the same name.
      if (notified.name === name) listener(notified.params as HostNotificationParams<N>);
    });
  }

  /** Hands the present provider settings to a connected host; a later one gets them at its start. */
  async reconfigure(): Promise<void> {
    if (this.#connection === null) return;
    await this.#connection.request('provider.configure', await this.#options.providerConfig());
  }

  dispose(): void {
    this.#disposed = true;
    this.#connection?.dispose();
    this.#connection = null;
    this.#connected.dispose();
    this.#died.dispose();
    this.#notified.dispose();
  }

  async #open(): Promise<HostConnection> {
    this.#countStart();
    const connection = await this.#options.open();
    if (this.#disposed) {
      connection.dispose();
      throw new Error('The window is closing and no longer needs the background host.');
    }
    for (const name of notificationNames()) {
      connection.onNotification(name, (params) => this.#notified.fire({ name, params }));
    }
    connection.onClosed(() => this.#onClosed(connection));
    try {
      await connection.request('provider.configure', await this.#options.providerConfig());
    } catch (error) {
      connection.dispose();
      throw error;
    }
    this.#connection = connection;
    this.#options.log.info(`Connected to the background host ${connection.pid}.`);
    this.#connected.fire();
    return connection;
  }

  #onClosed(connection: HostConnection): void {
    if (this.#connection !== connection) return;
    this.#connection = null;
    this.#options.log.warn(`The background host ${connection.pid} stopped.`);
    this.#died.fire();
  }

  #countStart(): void {
    const now = this.#options.nowMs();
    this.#starts = this.#starts.filter((at) => now - at < STARTS_WINDOW_MS);
    if (this.#starts.length >= MAX_STARTS) {
      throw new Error(
        `Cannot start the background host: it stopped ${MAX_STARTS} times within a minute. Check its log (Muster: Show Host Log), then choose “Restart host”.`,
      );
    }
    this.#starts.push(now);
  }
}

interface Notified {
  readonly name: HostNotification;
  readonly params: unknown;
}

function notificationNames(): HostNotification[] {
  // Object.keys is typed string[]; the table is a literal, so its keys are the names.
  return Object.keys(hostNotifications) as HostNotification[];
}
