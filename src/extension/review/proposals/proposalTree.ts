import * as vscode from 'vscode';
import { oneLine } from '../../../base/format.ts';
import type { Hunk } from '../../../protocol/proposals.ts';
import { t } from '../../shared/localize.ts';
import type { ReviewGrouping } from '../../settings/settings.ts';
import { explainConflict } from '../conflicts/conflictNodes.ts';
import type { ProposalModel } from './proposalModel.ts';
import {
  buildProposalNodes,
  contextValueOf,
  describeNode,
  findHunkNode,
  type FileNode,
  type ProposalNode,
} from './proposalNodes.ts';

/** The view's id. */
export const PROPOSAL_VIEW_ID = 'muster.proposals';
const REFRESH_DELAY_MS = 150;

/** The rows of "Proposed changes": group, file, hunk. */
export class ProposalTree implements vscode.TreeDataProvider<ProposalNode>, vscode.Disposable {
  readonly #model: ProposalModel;
  readonly #groupBy: () => ReviewGrouping;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscription: { dispose(): unknown };
  readonly onDidChangeTreeData: vscode.Event<void> = this.#changed.event;
  #nodes: readonly ProposalNode[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(model: ProposalModel, groupBy: () => ReviewGrouping) {
    this.#model = model;
    this.#groupBy = groupBy;
    this.#subscription = model.onDidChange(() => this.refresh());
  }

  /** The rows that were shown last, from the top. */
  get nodes(): readonly ProposalNode[] {
    return this.#nodes;
  }

  /** Draws the tree again soon; a burst of changes draws once. */
  refresh(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#changed.fire();
    }, REFRESH_DELAY_MS);
  }

  async getChildren(node?: ProposalNode): Promise<ProposalNode[]> {
    if (node !== undefined) return 'children' in node ? [...node.children] : [];
    const set = await this.#model.load();
    this.#nodes = set === null ? [] : buildProposalNodes(set, this.#groupBy());
    return [...this.#nodes];
  }

  /** The top rows as they are now; the tree may never have been shown, and then they are made here. */
  loadRows(): Promise<readonly ProposalNode[]> {
    return this.getChildren();
  }

  getParent(node: ProposalNode): ProposalNode | null {
    return 'parent' in node ? node.parent : null;
  }

  getTreeItem(node: ProposalNode): vscode.TreeItem {
    const item = createItem(node);
    item.id = node.id;
    item.description = describeNode(node);
    item.contextValue = contextValueOf(node);
    if (node.type !== 'group' && node.type !== 'conflicts') {
      item.command = {
        command: 'muster.openProposal',
        title: t('Show Diff'),
        arguments: [node],
      };
    }
    return item;
  }

  /** The row of a hunk as it is now. */
  findHunk(hunkId: string): ProposalNode | null {
    return findHunkNode(this.#nodes, hunkId);
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

function createItem(node: ProposalNode): vscode.TreeItem {
  switch (node.type) {
    case 'conflicts': {
      const title = t('Conflicts between agents');
      const item = new vscode.TreeItem(title, vscode.TreeItemCollapsibleState.Expanded);
      item.iconPath = warningIcon();
      item.tooltip = t(
        'Edits that conflict with what other agents proposed. They belong to no group.',
      );
      return item;
    }
    case 'conflict': {
      const { conflict } = node;
      const item = new vscode.TreeItem(conflict.path.split('/').at(-1) ?? conflict.path);
      item.iconPath = warningIcon();
      item.tooltip = explainConflict(conflict);
      return item;
    }
    case 'group': {
      const item = new vscode.TreeItem(node.title, vscode.TreeItemCollapsibleState.Expanded);
      item.iconPath = new vscode.ThemeIcon('layers');
      return item;
    }
    case 'file':
      return createFileItem(node);
    case 'hunk': {
      const { hunk, ordinal } = node;
      const label = oneLine(hunk.preview, 80);
      const item = new vscode.TreeItem(label === '' ? t('Change {0}', ordinal) : label);
      item.iconPath = hunk.state === 'conflict' ? warningIcon() : new vscode.ThemeIcon('diff');
      item.tooltip = hunkTooltip(hunk);
      return item;
    }
  }
}

function warningIcon(): vscode.ThemeIcon {
  return new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
}

function createFileItem(node: FileNode): vscode.TreeItem {
  const { file } = node;
  const name = file.path.split('/').at(-1) ?? file.path;
  const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Collapsed);
  item.tooltip = file.flag === null ? file.path : `${file.path}\n${file.flag}`;
  if (file.kind === 'create') item.iconPath = new vscode.ThemeIcon('diff-added');
  else if (file.kind === 'delete') item.iconPath = new vscode.ThemeIcon('diff-removed');
  else if (file.kind === 'binary') item.iconPath = new vscode.ThemeIcon('file-binary');
  else if (file.kind === 'mode') item.iconPath = new vscode.ThemeIcon('gear');
  else {
    item.iconPath = vscode.ThemeIcon.File;
    item.resourceUri = vscode.Uri.file(`/${file.path}`);
  }
  return item;
}

function hunkTooltip({ preview, agentIds, conflictReason }: Hunk): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString();
  if (agentIds.length > 0) tooltip.appendText(t('Agents: {0}', agentIds.join(', ')));
  if (conflictReason !== undefined) tooltip.appendText(`\n\n${conflictReason}`);
  tooltip.appendCodeblock(preview, 'diff');
  return tooltip;
}
