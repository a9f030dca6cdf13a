import * as vscode from 'vscode';
import { t } from '../shared/localize.ts';
import { RunTreeWebview, type RunTreeContext } from './runTreeWebview.ts';

const VIEW_ID = 'muster.runTree';
const PANEL_TYPE = 'muster.runTreePanel';

/** The run tree in the side bar and, on demand, full-size in an editor tab. */
export class RunTreeViews implements vscode.WebviewViewProvider, vscode.Disposable {
  readonly #context: RunTreeContext;
  readonly #registrations: vscode.Disposable;
  readonly #onNeeded: () => void;
  #panel: vscode.WebviewPanel | null = null;

  constructor(context: RunTreeContext, onNeeded: () => void) {
    this.#context = context;
    this.#onNeeded = onNeeded;
    this.#registrations = vscode.Disposable.from(
      vscode.window.registerWebviewViewProvider(VIEW_ID, this),
      vscode.window.registerWebviewPanelSerializer(PANEL_TYPE, {
        deserializeWebviewPanel: (panel) => {
          this.#adopt(panel);
          return Promise.resolve();
        },
      }),
    );
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const page = new RunTreeWebview(view.webview, this.#context);
    view.onDidDispose(() => page.dispose());
    this.#onNeeded();
  }

  /** Opens the editor tab, or brings the open one to the front. */
  openPanel(): void {
    if (this.#panel !== null) {
      this.#panel.reveal();
      return;
    }
    this.#adopt(
      vscode.window.createWebviewPanel(PANEL_TYPE, t('Run Tree'), vscode.ViewColumn.Active),
    );
  }

  /** Leaves an open tab alone: after a window reload the editor brings it back. */
  dispose(): void {
    this.#registrations.dispose();
  }

  #adopt(panel: vscode.WebviewPanel): void {
    this.#panel = panel;
    panel.iconPath = vscode.Uri.joinPath(this.#context.extensionUri, 'media', 'icon.png');
    const page = new RunTreeWebview(panel.webview, this.#context);
    panel.onDidDispose(() => {
      page.dispose();
      if (this.#panel === panel) this.#panel = null;
    });
    this.#onNeeded();
  }
}
