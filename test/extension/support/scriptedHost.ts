import type { Disposable } from '../../../src/base/disposables.ts';
import type {
  HostMethod,
  HostNotification,
  HostNotificationParams,
  HostParams,
  HostResult,
} from '../../../src/protocol/host/hostRpc.ts';
import type { HostClient } from '../../../src/hostClient/hostClient.ts';

type Answers = {
  [M in HostMethod]?: (params: HostParams<M>) => HostResult<M> | Promise<HostResult<M>>;
};

/** A host in this process: answers as the test says, records what it was asked, and notifies on demand. */
export class ScriptedHost implements HostClient {
  readonly isConnected = true;
  readonly requests: { readonly method: HostMethod; readonly params: unknown }[] = [];
  readonly #answers: Answers;
  readonly #listeners = new Map<HostNotification, Set<(params: never) => void>>();

  constructor(answers: Answers = {}) {
    this.#answers = answers;
  }

  async request<M extends HostMethod>(method: M, params: HostParams<M>): Promise<HostResult<M>> {
    this.requests.push({ method, params });
    const answer = this.#answers[method];
    if (answer === undefined) throw new Error(`The test answers no ${method}.`);
    return answer(params);
  }

  onNotification<N extends HostNotification>(
    name: N,
    listener: (params: HostNotificationParams<N>) => void,
  ): Disposable {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return { dispose: () => listeners.delete(listener) };
  }

  notify<N extends HostNotification>(name: N, params: HostNotificationParams<N>): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      // Listeners were registered under this very name, so they take these parameters.
      (listener as (params: HostNotificationParams<N>) => void)(params);
    }
  }

  /** The methods that were asked for, in order. */
  get methods(): readonly HostMethod[] {
    return this.requests.map(({ method }) => method);
  }
}
