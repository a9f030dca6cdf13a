import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import * as z from 'zod';
import { ServerStats, type ServerCommand, type ServerMode } from './serverProtocol.ts';

const entry = path.join(import.meta.dirname, 'modelServer.ts');
const Ready = z.object({ baseUrl: z.string() });
const Answer = z.object({ id: z.number(), value: z.unknown(), error: z.string().nullable() });

type Order = ServerCommand extends infer Each
  ? Each extends ServerCommand
    ? Omit<Each, 'id'>
    : never
  : never;

/** The model server in its own process. */
export class ModelServer {
  readonly baseUrl: string;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;

  private constructor(child: ChildProcess, baseUrl: string) {
    this.#child = child;
    this.baseUrl = baseUrl;
    child.on('message', (message) => this.#receive(message));
    child.on('exit', () => this.#failAll('The model server ended.'));
  }

  static async start(mode: ServerMode, delayMs = 0): Promise<ModelServer> {
    const child = fork(entry, [mode, String(delayMs)], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', () => reject(new Error('The model server ended before it was ready.')));
    return new ModelServer(child, Ready.parse(await promise).baseUrl);
  }

  /** Sends a command; resolves with its answer. */
  ask(order: Order): Promise<unknown> {
    this.#lastId += 1;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(this.#lastId, waiting);
    this.#child.send({ ...order, id: this.#lastId });
    return waiting.promise;
  }

  /** Resolves with the moment at which so many requests were open. */
  async waitOpen(count: number): Promise<number> {
    return z.number().parse(await this.ask({ type: 'waitOpen', count }));
  }

  /** Resolves with the moment at which so many requests had come. */
  async waitRequests(count: number): Promise<number> {
    return z.number().parse(await this.ask({ type: 'waitRequests', count }));
  }

  async stats(): Promise<ServerStats> {
    return ServerStats.parse(await this.ask({ type: 'stats' }));
  }

  dispose(): void {
    this.#child.kill('SIGKILL');
    this.#failAll('The model server was ended.');
  }

  #receive(message: unknown): void {
    const { id, value, error } = Answer.parse(message);
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === null) waiting?.resolve(value);
    else waiting?.reject(new Error(error));
  }

  #failAll(reason: string): void {
    for (const waiting of this.#waiting.values()) waiting.reject(new Error(reason));
    this.#waiting.clear();
  }
}
