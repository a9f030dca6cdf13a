import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposables.ts';
import {
  ChatFromWebview,
  type ChatToWebview,
  type ComposerState,
} from '../../protocol/webviews/chatMessages.ts';
import type { ChatItem } from '../../protocol/webviews/chatMessages.ts';
import { t } from '../shared/localize.ts';
import type { Tasks } from '../shared/tasks.ts';
import { webviewHtml, webviewOptions } from '../shared/webviewHtml.ts';
import type { ChatController } from './chatController.ts';
import type { Conversation } from './conversation.ts';

const VIEW_ID = 'muster.chat';
/** Changes of one item are sent at most this often: a stream must not flood the page. */
const ITEM_INTERVAL_MS = 100;

type FocusMessage = Extract<ChatToWebview, { type: 'focusComposer' | 'focusItem' }>;

/** What the view needs. */
export interface ChatViewOptions {
  readonly extensionUri: vscode.Uri;
  readonly conversation: Conversation;
  readonly controller: ChatController;
  readonly tasks: Tasks;
  /** The view came into sight. */
  readonly onNeeded: () => void;
}

/** The chat's webview: it holds no state and is rebuilt from one snapshot. */
export class ChatView implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #options: ChatViewOptions;
  readonly #subscriptions: readonly Disposable[];
  readonly #changedItems = new Map<string, ChatItem>();
  #webview: vscode.Webview | null = null;
  #isInSight = (): boolean => false;
  #isReady = false;
  /** What takes the focus as soon as the page is there. */
  #focus: FocusMessage | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: ChatViewOptions) {
    this.#options = options;
    this.#subscriptions = [
      vscode.window.registerWebviewViewProvider(VIEW_ID, this),
      options.conversation.onDidChange((item) => this.#sendSoon(item)),
      options.conversation.onDidClear(() => this.#sendSnapshot()),
      options.controller.onDidChangeComposer(() => this.refreshComposer()),
    ];
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const { extensionUri, tasks } = this.#options;
    const { webview } = view;
    this.#webview = webview;
    this.#isInSight = () => view.visible;
    this.#isReady = false;
    webview.options = webviewOptions(extensionUri);
    webview.onDidReceiveMessage((message: unknown) => tasks.track('Chat', this.#receive(message)));
    // A page out of sight is thrown away; what is sent before the next one is ready would be lost.
    view.onDidChangeVisibility(() => {
      if (!view.visible && this.#webview === webview) this.#isReady = false;
    });
    view.onDidDispose(() => {
      if (this.#webview !== webview) return;
      this.#webview = null;
      this.#isInSight = () => false;
      this.#isReady = false;
    });
    webview.html = webviewHtml(webview, extensionUri, { name: 'chat', title: t('Chat') });
    this.#options.onNeeded();
  }

  /** The window has the user's attention and shows the card of this run. */
  shows(runId: string): boolean {
    if (!this.#isInSight() || !vscode.window.state.focused) return false;
    return this.#options.conversation.items.some(
      (item) => item.type === 'run' && item.run.runId === runId,
    );
  }

  /** Opens the chat because the user asked, with the cursor in the composer. */
  focus(): Promise<void> {
    return this.#focusOn({ type: 'focusComposer' });
  }

  /** Opens the chat because the user asked, at this item. */
  focusItem(itemId: string): Promise<void> {
    return this.#focusOn({ type: 'focusItem', itemId });
  }

  /** Sends the composer's state again: settings, trust or folders may have changed. */
  refreshComposer(): void {
    this.#options.tasks.track('Composer', this.#sendComposer());
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  async #receive(raw: unknown): Promise<void> {
    const parsed = ChatFromWebview.safeParse(raw);
    if (!parsed.success) return;
    if (parsed.data.type === 'ready') {
      await this.#sendFirst();
      this.#sendFocus();
      return;
    }
    await this.#options.controller.handle(parsed.data);
  }

  /** Nothing goes to a page before its snapshot, however long the composer's state takes. */
  async #sendFirst(): Promise<void> {
    const composer = await this.#options.controller.composer();
    this.#isReady = true;
    this.#postSnapshot(composer);
  }

  #sendSnapshot(): void {
    this.#options.tasks.track('Chat', this.#snapshot());
  }

  async #snapshot(): Promise<void> {
    this.#postSnapshot(await this.#options.controller.composer());
  }

  #postSnapshot(composer: ComposerState): void {
    this.#changedItems.clear();
    this.#post({ type: 'snapshot', items: [...this.#options.conversation.items], composer });
  }

  async #sendComposer(): Promise<void> {
    this.#post({ type: 'composer', composer: await this.#options.controller.composer() });
  }

  async #focusOn(message: FocusMessage): Promise<void> {
    this.#focus = message;
    await vscode.commands.executeCommand(`${VIEW_ID}.focus`);
    this.#sendFocus();
  }

  #sendFocus(): void {
    if (this.#focus === null || !this.#isReady) return;
    // The item that is asked for may be as new as the question.
    this.#sendChanged();
    this.#post(this.#focus);
    this.#focus = null;
  }

  #sendSoon(item: ChatItem): void {
    if (!this.#isReady) return;
    this.#changedItems.set(item.id, item);
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#sendChanged();
    }, ITEM_INTERVAL_MS);
  }

  #sendChanged(): void {
    for (const item of this.#changedItems.values()) this.#post({ type: 'item', item });
    this.#changedItems.clear();
  }

  #post(message: ChatToWebview): void {
    if (this.#webview === null || !this.#isReady) return;
    this.#options.tasks.track('Posting to the chat', this.#webview.postMessage(message));
  }
}
