import { signal, type ReadonlySignal } from '@preact/signals';
import { assertNever } from '../../../src/base/assertNever.ts';
import type {
  ChatFromWebview,
  ChatItem,
  ChatToWebview,
  ComposerState,
} from '../../../src/protocol/webviews/chatMessages.ts';
import { announce } from '../shared/announcer.tsx';
import { describeChange } from './describeChange.ts';
import { GateNotes } from './gateNotes.ts';

/** What the chat page shows, and its way back to the extension. */
export class ChatStore {
  readonly post: (message: ChatFromWebview) => void;
  readonly draft = signal('');
  /** Counts the times that the composer was asked to take the focus. */
  readonly focusRequests = signal(0);
  /** What is being written as notes to open questions. */
  readonly notes = new GateNotes();
  readonly #wanted = signal<{ readonly itemId: string } | null>(null);
  readonly #items = signal<readonly ChatItem[] | null>(null);
  readonly #composer = signal<ComposerState | null>(null);

  constructor(post: (message: ChatFromWebview) => void) {
    this.post = post;
  }

  /** The conversation, or null until the first snapshot is there. */
  get items(): ReadonlySignal<readonly ChatItem[] | null> {
    return this.#items;
  }

  get composer(): ReadonlySignal<ComposerState | null> {
    return this.#composer;
  }

  /** The item that the user asked for elsewhere; each time a new object. */
  get wanted(): ReadonlySignal<{ readonly itemId: string } | null> {
    return this.#wanted;
  }

  receive(message: ChatToWebview): void {
    switch (message.type) {
      case 'snapshot':
        this.#items.value = message.items;
        this.#composer.value = message.composer;
        this.notes.keepOnly(new Set(message.items.map(({ id }) => id)));
        return;
      case 'item':
        this.#receiveItem(message.item);
        return;
      case 'composer':
        this.#composer.value = message.composer;
        return;
      case 'focusComposer':
        this.focusRequests.value += 1;
        return;
      case 'focusItem':
        this.#wanted.value = { itemId: message.itemId };
        return;
      default:
        assertNever(message);
    }
  }

  /** Puts an example into the composer, where the user can change it before it is sent. */
  fillComposer(text: string): void {
    this.draft.value = text;
    this.focusRequests.value += 1;
  }

  #receiveItem(item: ChatItem): void {
    const items = this.#items.value;
    // The snapshot holds it, too; alone it would look like the whole conversation.
    if (items === null) return;
    const index = items.findIndex((present) => present.id === item.id);
    this.#items.value = index === -1 ? [...items, item] : items.with(index, item);
    const sentence = describeChange(items[index] ?? null, item);
    if (sentence !== null) announce(sentence);
  }
}
