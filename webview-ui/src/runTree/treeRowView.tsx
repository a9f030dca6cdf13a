import type { JSX } from 'preact';
import { commandKeyName } from '../shared/commandKey.ts';
import { Icon } from '../shared/icon.tsx';
import { describeRow, type RowText } from './rowText.ts';
import { menuContext } from './menuContext.ts';
import { isAgentLive, type AgentAction } from './treeKeys.ts';
import { hasColumns } from './treeLayout.ts';
import type { TreeRow } from './treeRows.ts';

export interface TreeRowViewProps {
  readonly row: TreeRow;
  readonly top: number;
  readonly height: number;
  readonly wide: boolean;
  /** The row that Tab leads to. */
  readonly tabStop: boolean;
  /** The row that the user went to last. */
  readonly selected: boolean;
  readonly onPress: (row: TreeRow) => void;
  readonly onAct: (row: TreeRow, action: AgentAction) => void;
}

/** One row of the tree, at its place. */
export function TreeRowView(props: TreeRowViewProps): JSX.Element {
  const { row, top, height, tabStop, selected } = props;
  const text = describeRow(row);
  return (
    <div
      id={domId(row.id)}
      class={`row ${row.type} level${row.level}${selected ? ' selected' : ''}`}
      role="treeitem"
      aria-level={row.level}
      aria-setsize={row.setSize}
      aria-posinset={row.positionInSet}
      aria-expanded={row.expanded ?? undefined}
      aria-selected={selected}
      aria-keyshortcuts={isAgentLive(row) ? 'Control+Enter Control+Delete' : undefined}
      data-vscode-context={menuContext(row)}
      tabIndex={tabStop ? 0 : -1}
      style={{ transform: `translateY(${top}px)`, height: `${height}px` }}
      onClick={() => props.onPress(row)}
      onDblClick={() => props.onAct(row, 'transcript')}
    >
      <Twistie expanded={row.expanded} />
      {text.words === null ? null : <Icon name={text.words.icon} tone={text.words.tone} />}
      {props.wide ? <WideCells row={row} text={text} /> : <NarrowCells row={row} text={text} />}
      <RowActions {...props} />
    </div>
  );
}

/** The id of a row's element, for finding it again. */
export function domId(rowId: string): string {
  return `row-${rowId}`;
}

function Twistie({ expanded }: { readonly expanded: boolean | null }): JSX.Element {
  return (
    <span class="twistie">
      {expanded === null ? null : <Icon name={expanded ? 'chevron-down' : 'chevron-right'} />}
    </span>
  );
}

interface CellsProps {
  readonly row: TreeRow;
  readonly text: RowText;
}

function WideCells({ row, text }: CellsProps): JSX.Element {
  if (!hasColumns(row)) return <PlainCells row={row} text={text} />;
  return (
    <>
      <span class="cell state">{text.words?.text}</span>
      <LabelCell text={text} />
      <span class="cell detail" title={text.detail}>
        {text.detail}
      </span>
      {row.type === 'agent' ? (
        <>
          <span class="cell model">{text.model}</span>
          <span class="cell files">{text.files}</span>
          <span class="cell number tokens">{text.tokens === '' ? '' : `${text.tokens} tok`}</span>
          <span class="cell number cost">{text.cost}</span>
        </>
      ) : null}
      <span class="cell number elapsed">{text.elapsed}</span>
    </>
  );
}

function LabelCell({ text }: { readonly text: RowText }): JSX.Element {
  return (
    <span class="cell label" title={text.label}>
      {text.kind === null ? null : (
        <span class="kind">
          <Icon name={text.kind.icon} />
          {`${text.kind.text} `}
        </span>
      )}
      {text.label}
    </span>
  );
}

function NarrowCells({ row, text }: CellsProps): JSX.Element {
  if (!hasColumns(row)) return <PlainCells row={row} text={text} />;
  const tokens = text.tokens === '' ? '' : `${text.tokens} tok`;
  const second = [text.words?.text, text.detail, text.files, text.cost, tokens, text.model];
  const secondLine = second.filter((part) => part !== '' && part !== undefined).join(' · ');
  return (
    <span class="twoLines">
      <span class="firstLine">
        <LabelCell text={text} />
        <span class="cell number elapsed">{text.elapsed}</span>
      </span>
      <span class="cell secondLine" title={secondLine}>
        {secondLine}
      </span>
    </span>
  );
}

function PlainCells({ row, text }: CellsProps): JSX.Element {
  return (
    <>
      {row.type === 'log' ? <span class="cell state">{text.words?.text}</span> : null}
      <span class="cell label" title={text.label}>
        {text.label}
      </span>
      {row.type === 'run' ? <span class="cell state plain">{text.words?.text}</span> : null}
      <span class="cell detail" title={text.detail}>
        {text.detail}
      </span>
    </>
  );
}

/** For the mouse; the keyboard has keys of its own. */
function RowActions({ row, onAct }: TreeRowViewProps): JSX.Element | null {
  if (row.type !== 'agent') return null;
  const command = commandKeyName();
  const actions: readonly (RowActionLook & { readonly action: AgentAction })[] = [
    ...(isAgentLive(row)
      ? ([
          { action: 'retry', icon: 'debug-restart', title: `Retry agent (${command}+Enter)` },
          { action: 'skip', icon: 'debug-step-over', title: `Skip agent (${command}+Delete)` },
        ] as const)
      : []),
    { action: 'transcript', icon: 'output', title: 'Open transcript (Enter)' },
    ...(row.agent.changedPaths.length > 0
      ? ([{ action: 'changes', icon: 'diff', title: 'Open changes (Shift+Enter)' }] as const)
      : []),
  ];
  return (
    <span class="rowActions" aria-hidden="true">
      {actions.map(({ action, icon, title }) => (
        <RowAction key={action} icon={icon} title={title} onPress={() => onAct(row, action)} />
      ))}
    </span>
  );
}

interface RowActionLook {
  readonly icon: string;
  readonly title: string;
}

interface RowActionProps extends RowActionLook {
  readonly onPress: () => void;
}

function RowAction({ icon, title, onPress }: RowActionProps): JSX.Element {
  return (
    <button
      type="button"
      tabIndex={-1}
      title={title}
      onClick={(event) => {
        event.stopPropagation();
        onPress();
      }}
    >
      <Icon name={icon} />
    </button>
  );
}
