import type { JSX } from 'preact';
import { AgentStatus } from '../../../src/protocol/view/runView.ts';
import type { StatusCounts } from '../../../src/protocol/view/summarizeRun.ts';
import { AGENT_WORDS } from '../shared/stateWords.ts';
import type { TreeArrangement } from './treeArrangement.ts';

export interface FilterBarProps {
  readonly arrangement: TreeArrangement;
  readonly counts: StatusCounts;
}

/** Narrows the tree down by text and by state. */
export function FilterBar({ arrangement, counts }: FilterBarProps): JSX.Element {
  return (
    <div class="filterBar" role="search" aria-label="Filter agents">
      <input
        type="search"
        aria-label="Filter by text"
        placeholder="Filter"
        value={arrangement.text.value}
        onInput={(event) => (arrangement.text.value = event.currentTarget.value)}
      />
      <select
        aria-label="Filter by state"
        value={arrangement.status.value ?? ''}
        onChange={(event) => {
          const chosen = AgentStatus.safeParse(event.currentTarget.value);
          arrangement.status.value = chosen.success ? chosen.data : null;
        }}
      >
        <option value="">All states</option>
        {AgentStatus.options.map((status) => (
          <option key={status} value={status}>
            {AGENT_WORDS[status].text} ({counts[status]})
          </option>
        ))}
      </select>
    </div>
  );
}
