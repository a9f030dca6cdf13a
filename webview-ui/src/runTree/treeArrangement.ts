import { signal } from '@preact/signals';
import { AgentStatus } from '../../../src/protocol/view/runView.ts';
import { LOGS_ROW_ID } from './treeRows.ts';

/** How the user has arranged the tree: the only thing that outlives a rebuild of the page. */
export class TreeArrangement {
  readonly text = signal('');
  readonly status = signal<AgentStatus | null>(null);
  readonly collapsed = signal<ReadonlySet<string>>(new Set([LOGS_ROW_ID]));
  readonly activeId = signal<string | null>(null);

  /** Folds a row's children away or brings them back. */
  setExpanded(id: string, expanded: boolean): void {
    const collapsed = new Set(this.collapsed.value);
    if (expanded) collapsed.delete(id);
    else collapsed.add(id);
    this.collapsed.value = collapsed;
  }

  /** The arrangement as text, for the editor to keep. */
  save(): Readonly<Record<string, string>> {
    return {
      text: this.text.value,
      status: this.status.value ?? '',
      collapsed: [...this.collapsed.value].join('\n'),
    };
  }

  /** Brings a kept arrangement back; what cannot be read is left as it is. */
  restore(state: Readonly<Record<string, string>>): void {
    this.text.value = state['text'] ?? '';
    const status = AgentStatus.safeParse(state['status']);
    this.status.value = status.success ? status.data : null;
    const collapsed = state['collapsed'];
    if (collapsed !== undefined) this.collapsed.value = new Set(collapsed.split('\n'));
  }
}
