import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { commandKeyName } from '../shared/commandKey.ts';
import { intentOfGate, type AgentAction, type TreeIntent } from './treeKeys.ts';
import { scrollTopToReveal, totalHeight } from './treeLayout.ts';
import type { TreeModel } from './treeModel.ts';
import { domId, TreeRowView } from './treeRowView.tsx';
import type { TreeRow } from './treeRows.ts';

const HELP_ID = 'tree-help';

export interface TreeViewProps {
  readonly model: TreeModel;
  readonly label: string;
  readonly onAgent: (agentId: number, action: AgentAction) => void;
  readonly onGate: (gateId: number) => void;
}

/** The tree itself. Only the rows in sight are in the page, and the active one, which has the focus. */
export function TreeView({ model, label, onAgent, onGate }: TreeViewProps): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => watchSize(scroller.current, model), [model]);
  const carryOut = (intent: TreeIntent): void => {
    if (intent.type === 'move') moveTo(model, intent.index, scroller.current);
    else if (intent.type === 'agent') onAgent(intent.agentId, intent.action);
    else if (intent.type === 'gate') onGate(intent.gateId);
    else model.arrangement.setExpanded(intent.id, intent.type === 'expand');
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey) return;
    const { key, shiftKey } = event;
    const commandKey = event.ctrlKey || event.metaKey;
    const intent = model.interpret({ key, shiftKey, commandKey }, event.timeStamp);
    if (intent === null) return;
    event.preventDefault();
    carryOut(intent);
  };
  return (
    <div
      class="treeScroller"
      ref={scroller}
      onScroll={(event) => {
        const { scrollTop } = event.currentTarget;
        model.viewport.value = { ...model.viewport.peek(), scrollTop };
      }}
    >
      <div
        class="tree"
        role="tree"
        aria-label={label}
        aria-describedby={HELP_ID}
        data-vscode-context='{"preventDefaultContextMenuItems":true}'
        style={{ height: `${totalHeight(model.tops.value)}px` }}
        onKeyDown={onKeyDown}
      >
        <DrawnRows model={model} carryOut={carryOut} />
      </div>
      <p id={HELP_ID} class="visuallyHidden">
        {describeKeys()}
      </p>
    </div>
  );
}

function describeKeys(): string {
  const command = commandKeyName();
  return [
    'Enter opens an agent’s transcript or answers an open gate. Shift+Enter shows the agent’s changes.',
    `${command}+Enter retries a queued or running agent. ${command}+Delete skips it.`,
  ].join(' ');
}

interface DrawnRowsProps {
  readonly model: TreeModel;
  readonly carryOut: (intent: TreeIntent) => void;
}

function DrawnRows({ model, carryOut }: DrawnRowsProps): JSX.Element {
  const holder = useRef<HTMLDivElement>(null);
  const hadFocus = holder.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    // The focus goes with the active row, also when its old row has gone, but is never fetched.
    if (hadFocus) focusActiveRow(model);
  });
  const tops = model.tops.value;
  const act = (row: TreeRow, action: AgentAction): void => {
    if (row.type === 'agent') carryOut({ type: 'agent', agentId: row.agent.agentId, action });
    const toGate = row.type === 'gate' ? intentOfGate(row) : null;
    if (toGate !== null) carryOut(toGate);
  };
  const press = (row: TreeRow): void => {
    model.arrangement.activeId.value = row.id;
    if (row.expanded === null) return;
    carryOut({ type: row.expanded ? 'collapse' : 'expand', id: row.id });
  };
  return (
    <div role="none" ref={holder}>
      {model.drawn.value.map((index) => {
        const row = model.rows.value[index];
        const top = tops[index] ?? 0;
        return row === undefined ? null : (
          <TreeRowView
            key={row.id}
            row={row}
            top={top}
            height={(tops[index + 1] ?? top) - top}
            wide={model.wide.value}
            tabStop={index === model.activeIndex.value}
            selected={row.id === model.arrangement.activeId.value}
            onPress={press}
            onAct={act}
          />
        );
      })}
    </div>
  );
}

function moveTo(model: TreeModel, index: number, scroller: HTMLElement | null): void {
  model.activate(index);
  if (scroller === null) return;
  const height = scroller.clientHeight;
  scroller.scrollTop = scrollTopToReveal(model.tops.value, index, {
    scrollTop: scroller.scrollTop,
    height,
  });
  model.viewport.value = { ...model.viewport.peek(), scrollTop: scroller.scrollTop };
}

function focusActiveRow(model: TreeModel): void {
  const row = model.rows.value[model.activeIndex.value];
  if (row === undefined) return;
  document.getElementById(domId(row.id))?.focus({ preventScroll: true });
}

function watchSize(scroller: HTMLElement | null, model: TreeModel): (() => void) | undefined {
  if (scroller === null) return undefined;
  const observer = new ResizeObserver(() => {
    const { clientHeight: height, clientWidth: width } = scroller;
    model.viewport.value = { ...model.viewport.peek(), height, width };
  });
  observer.observe(scroller);
  return () => observer.disconnect();
}
