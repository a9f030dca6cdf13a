import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { RunView } from '../../../src/protocol/view/runView.ts';
import { describeRow } from './rowText.ts';
import type { TreeArrangement } from './treeArrangement.ts';
import { makeFilter } from './treeFilter.ts';
import { findTyped, interpretKey, type TreeIntent, type TreeKey } from './treeKeys.ts';
import { layOutRows, rowAt, visibleRange, type RowTops } from './treeLayout.ts';
import { buildTreeRows, type TreeRow } from './treeRows.ts';
import { TypedPrefix } from './typedPrefix.ts';

/** From this width on, rows have columns. */
const WIDE_FROM_PX = 880;

/** The part of the page that shows the tree. */
export interface TreeViewport {
  readonly scrollTop: number;
  readonly height: number;
  readonly width: number;
}

export interface TreeModelOptions {
  readonly view: ReadonlySignal<RunView | null>;
  readonly arrangement: TreeArrangement;
  /** A first guess, until the tree has been measured. */
  readonly viewport: TreeViewport;
}

/** The rows that a view of a run has under an arrangement, and which of them are in sight. */
export class TreeModel {
  readonly arrangement: TreeArrangement;
  readonly viewport: Signal<TreeViewport>;
  readonly wide: ReadonlySignal<boolean>;
  readonly rows: ReadonlySignal<readonly TreeRow[]>;
  readonly tops: ReadonlySignal<RowTops>;
  readonly activeIndex: ReadonlySignal<number>;
  /** Indexes of the rows to draw: those in sight, and the active one, which may hold the focus. */
  readonly drawn: ReadonlySignal<readonly number[]>;
  readonly #typed = new TypedPrefix();
  #lastActiveIndex = 0;

  constructor({ view, arrangement, viewport }: TreeModelOptions) {
    this.arrangement = arrangement;
    this.viewport = signal(viewport);
    this.wide = computed(() => this.viewport.value.width >= WIDE_FROM_PX);
    this.rows = computed(() => {
      const filter = makeFilter(arrangement.text.value, arrangement.status.value);
      const options = { filter, collapsed: arrangement.collapsed.value };
      return view.value === null ? [] : buildTreeRows(view.value, options);
    });
    this.tops = computed(() => layOutRows(this.rows.value, this.wide.value));
    this.activeIndex = computed(() => this.#findActive());
    this.drawn = computed(() => this.#findDrawn());
  }

  /** What a key means here; null when it means nothing. */
  interpret(key: TreeKey, atMs: number): TreeIntent | null {
    const index = this.activeIndex.value;
    const context = { rows: this.rows.value, index, ...this.#pages(index) };
    const intent = interpretKey(key, context);
    return intent ?? (key.commandKey ? null : this.#typeAhead(key.key, atMs));
  }

  /** Makes a row the one that the keyboard acts on. */
  activate(index: number): void {
    this.arrangement.activeId.value = this.rows.value[index]?.id ?? null;
  }

  #typeAhead(key: string, atMs: number): TreeIntent | null {
    if (key.length !== 1 || key === ' ') return null;
    const labels = this.rows.value.map((row) => describeRow(row).label);
    const typed = this.#typed.add(key, atMs);
    const index = findTyped(labels, this.activeIndex.value, typed);
    return index === -1 ? null : { type: 'move', index };
  }

  #pages(index: number): { readonly pageUpIndex: number; readonly pageDownIndex: number } {
    const tops = this.tops.value;
    const top = tops[index] ?? 0;
    const last = Math.max(0, tops.length - 2);
    // One row stays in sight, to read on from.
    const pagePx = this.viewport.value.height - ((tops[index + 1] ?? top) - top);
    return {
      pageUpIndex: Math.max(0, Math.min(index - 1, rowAt(tops, top - pagePx))),
      pageDownIndex: Math.min(last, Math.max(index + 1, rowAt(tops, top + pagePx))),
    };
  }

  #findActive(): number {
    const rows = this.rows.value;
    const id = this.arrangement.activeId.value;
    const index = id === null ? 0 : rows.findIndex((row) => row.id === id);
    // A row that is gone leaves its place to the row that is there now.
    const nearest = Math.max(0, Math.min(this.#lastActiveIndex, rows.length - 1));
    this.#lastActiveIndex = index === -1 ? nearest : index;
    return this.#lastActiveIndex;
  }

  #findDrawn(): readonly number[] {
    if (this.rows.value.length === 0) return [];
    const [first, last] = visibleRange(this.tops.value, this.viewport.value);
    const indexes = Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
    const active = this.activeIndex.value;
    if (active < first) return [active, ...indexes];
    return active > last ? [...indexes, active] : indexes;
  }
}
