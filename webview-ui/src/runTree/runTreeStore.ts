import { signal, type ReadonlySignal } from '@preact/signals';
import { reduceRun } from '../../../src/protocol/view/reduceRun.ts';
import type {
  RunTreeFromWebview,
  RunTreeToWebview,
} from '../../../src/protocol/webviews/runTreeMessages.ts';
import type { RunView } from '../../../src/protocol/view/runView.ts';

export type TreeState =
  | { readonly type: 'loading' }
  | { readonly type: 'shown'; readonly view: RunView | null };

export interface RunTreeStoreOptions {
  readonly post: (message: RunTreeFromWebview) => void;
  /** Runs the callback before the next frame is drawn. */
  readonly onNextFrame: (callback: () => void) => void;
}

/**
 * Folds one snapshot and the deltas after it. Deltas are folded as they come, and shown once a frame;
 * after a gap nothing is folded until a new snapshot is there.
 */
export class RunTreeStore {
  readonly #options: RunTreeStoreOptions;
  readonly #state = signal<TreeState>({ type: 'loading' });
  #view: RunView | null = null;
  /** The last number folded, or null while a snapshot is awaited. */
  #sequence: number | null = null;
  #frameAsked = false;

  constructor(options: RunTreeStoreOptions) {
    this.#options = options;
  }

  get state(): ReadonlySignal<TreeState> {
    return this.#state;
  }

  /** Takes a message in; null is one that could not be understood. */
  receive(message: RunTreeToWebview | null): void {
    if (message === null) this.#resync();
    else if (message.type === 'snapshot') this.#replace(message);
    else this.#fold(message);
  }

  #replace(message: Extract<RunTreeToWebview, { type: 'snapshot' }>): void {
    this.#view = message.view;
    this.#sequence = message.sequence;
    this.#showOnNextFrame();
  }

  #fold(message: Extract<RunTreeToWebview, { type: 'events' }>): void {
    // What is older than the snapshot is in it already.
    if (this.#sequence === null || message.sequence <= this.#sequence) return;
    if (message.sequence > this.#sequence + 1) {
      this.#resync();
      return;
    }
    try {
      this.#view = message.events.reduce<RunView | null>(reduceRun, this.#view);
    } catch {
      // An event that does not fit on the view means that some were missed: a snapshot has them all.
      this.#resync();
      return;
    }
    this.#sequence = message.sequence;
    this.#showOnNextFrame();
  }

  #resync(): void {
    if (this.#sequence === null) return;
    this.#sequence = null;
    this.#options.post({ type: 'resync' });
  }

  #showOnNextFrame(): void {
    if (this.#frameAsked) return;
    this.#frameAsked = true;
    this.#options.onNextFrame(() => {
      this.#frameAsked = false;
      this.#state.value = { type: 'shown', view: this.#view };
    });
  }
}
