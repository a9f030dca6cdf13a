import * as vscode from 'vscode';
import { t } from '../shared/localize.ts';
import { resolveProvider, type ResolvedProvider } from './resolveProvider.ts';
import {
  readSettings,
  type ProviderSetting,
  type ReviewGrouping,
  type Settings,
} from './settings.ts';

const SECRET_NAME = 'muster.anthropicApiKey';

/** The settings and the key as they are now, and an event when either changes. */
export class ProviderSettings implements vscode.Disposable {
  readonly #secrets: vscode.SecretStorage;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable;
  readonly onDidChange: vscode.Event<void> = this.#changed.event;

  constructor(secrets: vscode.SecretStorage) {
    this.#secrets = secrets;
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      secrets.onDidChange((event) => {
        if (event.key === SECRET_NAME) this.#changed.fire();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('muster')) this.#changed.fire();
      }),
    );
  }

  /** The settings of the workspace. */
  current(): Settings {
    const section = vscode.workspace.getConfiguration('muster');
    return readSettings(
      (name) => section.get(name),
      (name) => isSetByUser(section, name),
    );
  }

  /** The provider that the next request goes to. */
  async resolve(): Promise<ResolvedProvider> {
    return resolveProvider(this.current(), await this.#apiKey());
  }

  /** Asks for a key and stores it in the system's secret store; an empty answer changes nothing. */
  async askForApiKey(): Promise<void> {
    const key = await vscode.window.showInputBox({
      title: t('Anthropic API Key'),
      prompt: t('Stored in VS Code’s secret storage and sent only to the provider.'),
      password: true,
      ignoreFocusOut: true,
      validateInput: (value) =>
        /\s/u.test(value.trim()) ? t('A key contains no spaces.') : undefined,
    });
    if (key === undefined || key.trim() === '') return;
    await this.#secrets.store(SECRET_NAME, key.trim());
  }

  /** Forgets the stored key. */
  async clearApiKey(): Promise<void> {
    await this.#secrets.delete(SECRET_NAME);
    await vscode.window.showInformationMessage(t('Removed the Anthropic API key.'));
  }

  /** Lets the user pick a provider; choosing Anthropic without a key asks for one. */
  async chooseProvider(): Promise<void> {
    const choices: readonly ProviderChoice[] = [
      {
        provider: 'auto',
        label: t('Automatic'),
        description: t('Anthropic if there is a key, otherwise offline'),
      },
      { provider: 'anthropic', label: t('Anthropic'), description: t('needs an API key') },
      {
        provider: 'offline',
        label: t('Offline (no AI)'),
        description: t('modernises JavaScript by fixed rules'),
      },
    ];
    const choice = await vscode.window.showQuickPick(choices, { title: t('Model Provider') });
    if (choice === undefined) return;
    const section = vscode.workspace.getConfiguration('muster');
    await section.update('provider', choice.provider, vscode.ConfigurationTarget.Global);
    const needsKey = choice.provider === 'anthropic' && (await this.#apiKey()) === null;
    if (needsKey) await this.askForApiKey();
  }

  /** Lets the user pick by what proposals are grouped. */
  async chooseGrouping(): Promise<void> {
    const choices: readonly GroupingChoice[] = [
      { groupBy: 'group', label: t('Group'), description: t('by the workflow’s groups') },
      { groupBy: 'folder', label: t('Folder') },
      { groupBy: 'kind', label: t('Kind of change') },
    ];
    const choice = await vscode.window.showQuickPick(choices, { title: t('Group Changes by') });
    if (choice === undefined) return;
    const section = vscode.workspace.getConfiguration('muster');
    const target = vscode.ConfigurationTarget.Global;
    await section.update('review.groupBy', choice.groupBy, target);
  }

  /** The user wants no more messages about runs. */
  async hideNotifications(): Promise<void> {
    const section = vscode.workspace.getConfiguration('muster');
    await section.update('notifications.show', false, vscode.ConfigurationTarget.Global);
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  async #apiKey(): Promise<string | null> {
    const stored = await this.#secrets.get(SECRET_NAME);
    const key = stored ?? process.env['ANTHROPIC_API_KEY'] ?? '';
    return key === '' ? null : key;
  }
}

function isSetByUser(section: vscode.WorkspaceConfiguration, name: string): boolean {
  const found = section.inspect(name);
  const values = [found?.globalValue, found?.workspaceValue, found?.workspaceFolderValue];
  return values.some((value) => value !== undefined);
}

interface ProviderChoice extends vscode.QuickPickItem {
  readonly provider: ProviderSetting;
}

interface GroupingChoice extends vscode.QuickPickItem {
  readonly groupBy: ReviewGrouping;
}
