import type { ProposalSet, Selection } from '../../protocol/proposals.ts';
import type { CommonOptions } from '../cliContext.ts';
import { CliError, EXIT } from '../exitCodes.ts';

/** Selectors of `accept` and `reject`. */
export interface SelectOptions extends CommonOptions {
  readonly all?: boolean | undefined;
  readonly group: readonly string[];
  readonly file: readonly string[];
  readonly hunk: readonly string[];
  readonly conflict?: readonly string[];
}

/** What the selectors name, one selection for each kind of them. */
export function readSelections(options: SelectOptions, set: ProposalSet): readonly Selection[] {
  const selections: Selection[] = [];
  if (options.all === true) selections.push({ type: 'all' });
  if (options.group.length > 0) {
    const groupIds = options.group.map((name) => groupIdFor(name, set));
    selections.push({ type: 'groups', groupIds });
  }
  if (options.file.length > 0) selections.push({ type: 'files', paths: [...options.file] });
  if (options.hunk.length > 0) selections.push({ type: 'hunks', hunkIds: [...options.hunk] });
  const { conflict: conflictIds = [] } = options;
  if (conflictIds.length > 0) selections.push({ type: 'conflicts', conflictIds: [...conflictIds] });
  if (selections.length > 0) return selections;
  throw new CliError(EXIT.usage, 'Name what: --all, --group G, --file PATH or --hunk ID.');
}

function groupIdFor(name: string, set: ProposalSet): string {
  const group = set.groups.find(({ groupId, title }) => groupId === name || title === name);
  if (group !== undefined) return group.groupId;
  const titles = set.groups.map(({ title }) => title).join(', ');
  throw new CliError(EXIT.usage, `No group "${name}". Groups: ${titles || 'none'}.`);
}
