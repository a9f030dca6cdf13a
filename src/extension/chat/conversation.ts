import { ChatItem } from '../../protocol/webviews/chatMessages.ts';
import type { Disposable } from '../../base/disposables.ts';
import { Emitter, type Event } from '../../base/emitter.ts';
import { t } from '../shared/localize.ts';
import type { Storage } from '../shared/storage.ts';

const STORAGE_KEY = 'muster.conversation';
/** Items that are kept: months of use, and little enough to draw at once. */
const MAX_ITEMS = 200;
/** Characters that are stored: the editor reads the whole store at each start. */
const MAX_STORED_CHARACTERS = 1_000_000;
/** A burst of changes is stored once. */
const SAVE_DELAY_MS = 500;

/** The items of the chat: kept per workspace, bounded, restored after a reload. */
export class Conversation implements Disposable {
  readonly #storage: Storage;
  readonly #changed = new Emitter<ChatItem>();
  readonly #cleared = new Emitter<void>();
  readonly #onSaveFailed: (error: unknown) => void;
  #items: ChatItem[];
  #timer: NodeJS.Timeout | null = null;
  /** One item is new or changed. */
  readonly onDidChange: Event<ChatItem> = this.#changed.event;
  readonly onDidClear: Event<void> = this.#cleared.event;

  constructor(storage: Storage, onSaveFailed: (error: unknown) => void) {
    this.#storage = storage;
    this.#onSaveFailed = onSaveFailed;
    this.#items = restore(storage.get(STORAGE_KEY));
  }

  get items(): readonly ChatItem[] {
    return this.#items;
  }

  /** The item with this id, if it is of this type. */
  find<T extends ChatItem['type']>(type: T, id: string): Extract<ChatItem, { type: T }> | null {
    const isMeant = (item: ChatItem): item is Extract<ChatItem, { type: T }> =>
      item.type === type && item.id === id;
    return this.#items.find(isMeant) ?? null;
  }

  /** Replaces the item with the same id, or appends it. */
  put(item: ChatItem): void {
    const index = this.#items.findIndex(({ id }) => id === item.id);
    this.#items =
      index === -1 ? [...this.#items, item].slice(-MAX_ITEMS) : this.#items.with(index, item);
    this.#changed.fire(item);
    this.#timer ??= setTimeout(() => this.#saveLater(), SAVE_DELAY_MS);
  }

  /** Forgets everything. */
  clear(): void {
    this.#items = [];
    this.#cleared.fire();
    this.#saveLater();
  }

  /** Stores the present state now. */
  async save(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#storage.update(STORAGE_KEY, fitting(this.#items));
  }

  async dispose(): Promise<void> {
    this.#changed.dispose();
    this.#cleared.dispose();
    await this.save();
  }

  #saveLater(): void {
    this.save().then(undefined, this.#onSaveFailed);
  }
}

function restore(stored: unknown): ChatItem[] {
  if (!Array.isArray(stored)) return [];
  // An item of another version is dropped alone; the rest of the conversation stays.
  const items = stored.flatMap((item: unknown) => {
    const parsed = ChatItem.safeParse(item);
    return parsed.success ? [parsed.data] : [];
  });
  return items.map(settleStreaming);
}

// What was being written when the window closed will never be finished.
function settleStreaming(item: ChatItem): ChatItem {
  if (item.type !== 'answer' || !item.streaming) return item;
  const note = t('*The window closed before the answer was complete.*');
  return { ...item, streaming: false, markdown: `${item.markdown}\n\n${note}` };
}

function fitting(items: readonly ChatItem[]): readonly ChatItem[] {
  let characters = 0;
  let start = items.length;
  while (start > 0) {
    characters += JSON.stringify(items[start - 1]).length;
    if (characters > MAX_STORED_CHARACTERS) break;
    start -= 1;
  }
  return items.slice(start);
}
