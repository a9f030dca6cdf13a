/** What VS Code gives to a webview, once, through `acquireVsCodeApi()`. */
interface EditorApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare global {
  /** Given by VS Code to every webview; may be called once. */
  function acquireVsCodeApi(): EditorApi;
}

/** What a page needs from its surroundings. */
export interface EditorBridgeOptions<Incoming> {
  readonly api: EditorApi;
  readonly page: EventTarget;
  /** Gives the typed message, or null for what this page does not understand. */
  readonly parse: (data: unknown) => Incoming | null;
}

/** The one way in and out of a webview: typed messages, and the little that outlives a rebuild. */
export class EditorBridge<Incoming, Outgoing> {
  readonly #options: EditorBridgeOptions<Incoming>;

  constructor(options: EditorBridgeOptions<Incoming>) {
    this.#options = options;
  }

  post(message: Outgoing): void {
    this.#options.api.postMessage(message);
  }

  /** Hands over each message on arrival; `null` stands for one that could not be understood. */
  subscribe(receive: (message: Incoming | null) => void): void {
    this.#options.page.addEventListener('message', (event) => {
      if (event instanceof MessageEvent) receive(this.#options.parse(event.data));
    });
  }

  /** What the user had arranged before the page was rebuilt; only strings are kept. */
  readState(): Readonly<Record<string, string>> {
    const state = this.#options.api.getState();
    if (typeof state !== 'object' || state === null) return {};
    const entries = Object.entries(state).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    return Object.fromEntries(entries);
  }

  saveState(change: Readonly<Record<string, string>>): void {
    this.#options.api.setState({ ...this.readState(), ...change });
  }
}
