import type * as vscode from 'vscode';
import type { Disposable } from '../../base/disposables.ts';
import { assertNever } from '../../base/assertNever.ts';
import {
  RunTreeFromWebview,
  type RunTreeToWebview,
} from '../../protocol/webviews/runTreeMessages.ts';
import { t } from '../shared/localize.ts';
import { runGuarded } from '../shared/runGuarded.ts';
import type { RunPartAction } from '../runs/runActions.ts';
import type { Tasks } from '../shared/tasks.ts';
import { webviewHtml, webviewOptions } from '../shared/webviewHtml.ts';
import type { FeedSubscription, RunFeeds } from '../runs/runFeeds.ts';
import type { RunRegistry } from '../runs/runRegistry.ts';

type AgentMessage = Extract<RunTreeFromWebview, { type: 'agent' }>;

/** What a click in the run tree may set off elsewhere. */
interface RunTreeActions {
  readonly runAction: (
    runId: string,
    action: Extract<RunTreeFromWebview, { type: 'run' }>['action'] | RunPartAction,
  ) => Promise<void>;
  readonly revealChanges: (runId: string, agentId: number) => Promise<void>;
}

/** What every run tree page needs. */
export interface RunTreeContext {
  readonly extensionUri: vscode.Uri;
  readonly registry: RunRegistry;
  readonly feeds: RunFeeds;
  readonly actions: RunTreeActions;
  readonly tasks: Tasks;
}

/** One run tree page, in the side bar or in an editor tab: it follows the shown run. */
export class RunTreeWebview implements Disposable {
  readonly #webview: vscode.Webview;
  readonly #context: RunTreeContext;
  readonly #subscriptions: Disposable[];
  #feed: FeedSubscription | null = null;
  #runId: string | null = null;

  constructor(webview: vscode.Webview, context: RunTreeContext) {
    this.#webview = webview;
    this.#context = context;
    webview.options = webviewOptions(context.extensionUri);
    this.#subscriptions = [
      webview.onDidReceiveMessage((message) => this.#receive(message)),
      context.registry.onDidChangeShown(() => this.#follow()),
      context.registry.onDidRead(() => this.#sayWhenNoRun()),
    ];
    webview.html = webviewHtml(webview, context.extensionUri, {
      name: 'runTree',
      title: t('Run Tree'),
    });
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#feed?.dispose();
    this.#feed = null;
  }

  #receive(raw: unknown): void {
    const parsed = RunTreeFromWebview.safeParse(raw);
    if (!parsed.success) return;
    const message = parsed.data;
    const { actions } = this.#context;
    switch (message.type) {
      case 'ready':
        this.#restart();
        return;
      case 'resync':
        if (this.#feed === null) this.#restart();
        else this.#feed.resync();
        return;
      case 'agent':
        this.#carryOut(() => this.#actOnAgent(message));
        return;
      case 'run':
        this.#carryOut(() => actions.runAction(message.runId, message.action));
        return;
      case 'gate': {
        const { runId, gateId } = message;
        this.#carryOut(() => actions.runAction(runId, { action: 'answer', gateId }));
        return;
      }
      default:
        assertNever(message);
    }
  }

  #actOnAgent({ runId, agentId, action }: AgentMessage): Promise<void> {
    const { actions } = this.#context;
    switch (action) {
      case 'transcript':
        return actions.runAction(runId, { action: 'openTranscript', agentId });
      case 'changes':
        return actions.revealChanges(runId, agentId);
      case 'skip':
        return actions.runAction(runId, { action: 'skipAgent', agentId });
      case 'retry':
        return actions.runAction(runId, { action: 'retryAgent', agentId });
    }
  }

  #carryOut(work: () => Promise<void>): void {
    const { tasks } = this.#context;
    tasks.track('Run tree', runGuarded(tasks, 'Run tree', work));
  }

  // A page that was hidden starts anew and has nothing: it gets a snapshot even of the same run.
  #restart(): void {
    this.#feed?.dispose();
    this.#feed = null;
    this.#runId = null;
    this.#follow();
    this.#sayWhenNoRun();
  }

  // Until the list was read nobody knows whether there is a run, and the page must not deny it.
  #sayWhenNoRun(): void {
    const { registry } = this.#context;
    if (!registry.isRead || registry.shown !== null) return;
    this.#post({ type: 'snapshot', sequence: 0, view: null });
  }

  #follow(): void {
    const runId = this.#context.registry.shown?.runId ?? null;
    if (runId === this.#runId) return;
    this.#feed?.dispose();
    this.#runId = runId;
    this.#feed =
      runId === null
        ? null
        : this.#context.feeds.subscribe(runId, (message) => this.#post(message));
    // The last run was dropped: its tree must not stay on the page.
    if (runId === null) this.#sayWhenNoRun();
  }

  #post(message: RunTreeToWebview): void {
    this.#context.tasks.track('Posting to the run tree', this.#webview.postMessage(message));
  }
}
