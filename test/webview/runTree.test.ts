import assert from 'node:assert/strict';
import type { RunEvent } from '../../src/protocol/events/runEvents.ts';
import {
  makeReceipt,
  recordLargeRun,
  recordMixedRun,
  RunRecorder,
  startedAt,
} from './support/runFixtures.ts';
import {
  actionOf,
  focusTree,
  labelOf,
  places,
  treeSnapshot as snapshot,
} from './support/treePage.ts';
import { WebviewBrowser, type WebviewPage } from './support/webviewPage.ts';

const wide = 1100;
const narrow = 280;
/** Rows that a window of this height may have in the page, with the ones beyond its edges. */
const maxRowsInPage = 60;

describe('run tree page', () => {
  const browser = new WebviewBrowser();
  let tree: WebviewPage;
  after(() => browser.dispose());
  beforeEach(async () => {
    tree = await browser.open({
      name: 'runTree',
      width: wide,
      height: 600,
      nowMs: startedAt + 9000,
    });
  });
  afterEach(async () => {
    assert.deepEqual(tree.complaints, []);
    await tree.page.context().close();
  });

  it('says that there is no run', async () => {
    await tree.send(snapshot(null));
    assert.match(await tree.page.getByRole('main').innerText(), /No run to show/u);
  });

  it('shows run, phases, agents, verifications and the log with their places in the tree', async () => {
    await tree.send(snapshot(recordMixedRun().view));
    assert.deepEqual(
      (await places(tree)).filter((row) => !row.includes('handler')),
      [
        '1 1/1 Port callbacks, Running, port these callbacks to async/await',
        '2 1/3 Port, 6 of 12 agents done, 1 failed, 1 skipped',
        '2 2/3 Check, 1 check',
        '3 1/1 Running, Check Run the tests, npm test, 5 s',
        '2 3/3 Log, 2 lines',
      ],
    );
  });

  it('gives every agent its state in words, model, time, tokens, cost and files', async () => {
    await tree.send(snapshot(recordMixedRun().view));
    const rows = (await places(tree)).filter((row) => /handler(0|4|5|6|8)\.ts/u.test(row));
    assert.deepEqual(rows, [
      '3 1/12 Done, src/orders/handler0.ts, Ported 3 callbacks, claude-haiku-4, 1 file, 13k tok, $0.01, 540 ms',
      '3 5/12 Failed, src/orders/handler4.ts, The agent used all of its turns without finishing., claude-haiku-4, 13k tok, $0.01, 2.1 s',
      '3 6/12 Skipped, src/orders/handler5.ts, claude-haiku-4, 13k tok, cost unknown, 2.4 s',
      '3 7/12 Running, src/orders/handler6.ts, reading src/orders/queue.ts, claude-haiku-4, 4.5k tok, 8 s',
      '3 9/12 Queued, src/orders/handler8.ts, number 1 in the queue, claude-haiku-4',
    ]);
  });

  it('shows a receipt on its row', async () => {
    const run = new RunRecorder();
    run.verify(makeReceipt());
    await tree.send(snapshot(run.view));
    const row = tree.page.getByRole('treeitem', { name: /Run the tests/u });
    assert.match(await row.innerText(), /Passed[\s\S]*npm test — passed, 24 tests, no sandbox/u);
  });

  it('tells an agent that was to edit and changed nothing from one that is done', async () => {
    const run = new RunRecorder();
    const agentId = run.queueEditor('src/orders/handler.ts');
    run.start(agentId);
    run.end(agentId, { changes: [] });
    await tree.send(snapshot(run.view));
    const rows = (await places(tree)).filter((row) => row.includes('handler.ts'));
    assert.match(rows.join(), /No change, src\/orders\/handler\.ts, Ported 3 callbacks/u);
  });

  describe('header', () => {
    for (const [label, action] of [
      ['Pause', 'pause'],
      ['Throttle', 'throttle'],
      ['Cancel', 'cancel'],
    ] as const) {
      it(`posts ${action} for ${label}`, async () => {
        await tree.send(snapshot(recordMixedRun().view));
        await tree.page.getByRole('button', { name: label }).click();
        assert.deepEqual(await tree.posted(), [{ type: 'run', runId: 'run-1', action }]);
      });
    }

    it('offers review and report at the end', async () => {
      const run = new RunRecorder();
      run.finish();
      await tree.send(snapshot(run.view));
      await tree.page.getByRole('button', { name: 'Review 31 changes' }).click();
      await tree.page.getByRole('button', { name: 'Report' }).click();
      const actions = (await tree.posted()).map(actionOf);
      assert.deepEqual(actions, ['review', 'openReport']);
    });

    it('explains a pause and offers what helps', async () => {
      const run = recordMixedRun();
      run.state({
        state: 'paused',
        reason: 'limit',
        message: 'The run has spent its limit of $5.00.',
      });
      await tree.send(snapshot(run.view));
      assert.match(
        await tree.page.locator('header').innerText(),
        /Paused at a limit[\s\S]*limit of \$5\.00[\s\S]*finished work is kept/u,
      );
      for (const name of ['Raise limits…', 'Stop and keep results']) {
        await tree.page.getByRole('button', { name }).click();
      }
      assert.deepEqual((await tree.posted()).map(actionOf), ['raise', 'stop']);
    });
  });

  describe('deltas', () => {
    it('folds them onto the snapshot in order', async () => {
      const run = recordMixedRun();
      await tree.send(snapshot(run.view, 7));
      await tree.send(
        deltas(
          8,
          eventsOf(run, () => run.start(9)),
        ),
        deltas(
          9,
          eventsOf(run, () => run.end(9)),
        ),
      );
      assert.match(
        await labelOf(tree, /handler8\.ts/u),
        /Done, [^,]*handler8\.ts, Ported 3 callbacks/u,
      );
      assert.deepEqual(await tree.posted(), []);
    });

    it('asks once for a snapshot after a gap, and shows nothing in between', async () => {
      const run = recordMixedRun();
      await tree.send(snapshot(run.view, 7));
      await tree.send(
        deltas(
          9,
          eventsOf(run, () => run.start(9)),
        ),
      );
      await tree.send(
        deltas(
          10,
          eventsOf(run, () => run.end(9)),
        ),
      );
      assert.deepEqual(await tree.posted(), [{ type: 'resync' }]);
      assert.match(await labelOf(tree, /handler8\.ts/u), /Queued/u);
      await tree.send(snapshot(run.view, 10));
      assert.match(await labelOf(tree, /handler8\.ts/u), /Done/u);
    });

    it('leaves out what a snapshot already has', async () => {
      const run = recordMixedRun();
      const events = eventsOf(run, () => run.start(9));
      await tree.send(snapshot(run.view, 8), deltas(8, events));
      assert.deepEqual(await tree.posted(), []);
    });

    it('asks for a snapshot when an event does not fit or cannot be read', async () => {
      const run = recordMixedRun();
      await tree.send(snapshot(run.view, 1));
      run.start(4711);
      await tree.send(deltas(2, run.events.slice(-1)));
      await tree.send(snapshot(recordMixedRun().view, 5), { type: 'events', sequence: 6 });
      assert.deepEqual(await tree.posted(), [{ type: 'resync' }, { type: 'resync' }]);
    });

    it('tells the progress to those who cannot see it', async () => {
      const run = recordMixedRun();
      await tree.send(snapshot(run.view, 1));
      const status = tree.page.getByRole('status');
      assert.equal(await status.innerText(), 'Running. 6 of 12 agents done, 1 failed, 1 skipped');
      await tree.send(
        deltas(
          2,
          eventsOf(run, () => run.end(7)),
        ),
      );
      assert.match(await status.innerText(), /^Running\. 6 of 12/u);
      await tree.send(
        deltas(
          3,
          eventsOf(run, () => run.finish()),
        ),
      );
      assert.match(await status.innerText(), /^Completed\. 7 of 12/u);
    });
  });

  describe('with 1,000 agents', () => {
    let run: RunRecorder;
    beforeEach(async () => {
      run = recordLargeRun(1000);
      await tree.send(snapshot(run.view));
    });

    it('keeps only the rows in sight in the page, with their true numbers', async () => {
      const rows = await places(tree);
      assert.ok(rows.length < maxRowsInPage, `${rows.length} rows`);
      assert.match(rows[2] ?? '', /^3 1\/334 /u);
    });

    it('reaches the last agent with End, and keeps the focus while rows come and go', async () => {
      await focusTree(tree);
      await tree.page.keyboard.press('End');
      await tree.settle();
      assert.match(String(await tree.focusedLabel()), /module999\.ts/u);
      assert.ok((await places(tree)).length < maxRowsInPage);
      await scrollTo(tree, 0);
      assert.match(String(await tree.focusedLabel()), /module999\.ts/u);
      await tree.page.keyboard.press('ArrowUp');
      await tree.settle();
      assert.match(String(await tree.focusedLabel()), /module998\.ts/u);
    });

    it('draws a thousand changes in a few frames', async () => {
      const before = run.events.length;
      for (let id = 334; id <= 1000; id += 1) {
        run.start(id);
        run.end(id);
      }
      const startedMs = performance.now();
      await tree.send(deltas(1, run.events.slice(before)));
      const tookMs = performance.now() - startedMs;
      assert.match(await tree.page.locator('header').innerText(), /1000 of 1000 agents done/u);
      // A hang, not a speed: usually a fiftieth of it.
      assert.ok(tookMs < 10_000, `took ${Math.round(tookMs)} ms`);
    });
  });

  describe('keyboard', () => {
    beforeEach(async () => {
      await tree.send(snapshot(recordMixedRun().view));
      await focusTree(tree);
    });

    it('has one row in the tab order', async () => {
      assert.equal(await tree.page.locator('[role=treeitem][tabindex="0"]').count(), 1);
    });

    for (const [keys, expected] of [
      [['ArrowDown'], /^Port\b(?! callbacks)/u],
      [['ArrowDown', 'ArrowDown', 'ArrowUp'], /^Port\b(?! callbacks)/u],
      [['ArrowRight', 'ArrowRight'], /handler0/u],
      [['ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowLeft'], /^Port\b(?! callbacks)/u],
      [['End'], /^Log\b/u],
      [['End', 'Home'], /^Port callbacks\b/u],
      [['PageDown'], /^Log\b/u],
      [['End', 'PageUp'], /^Port callbacks\b/u],
      [['l'], /^Log\b/u],
      [['ArrowDown', 's', 'r', 'c', '/', 'o'], /handler0/u],
      [['s', 's'], /handler0|handler1/u],
    ] as const) {
      it(`goes with ${keys.join(' ')} to ${expected.source}`, async () => {
        for (const key of keys) await tree.page.keyboard.press(key);
        await tree.settle();
        assert.match(String(await tree.focusedLabel()), expected);
      });
    }

    it('folds and unfolds with the arrows', async () => {
      await tree.page.keyboard.press('ArrowDown');
      await tree.page.keyboard.press('ArrowLeft');
      await tree.settle();
      const phase = tree.page.getByRole('treeitem', { name: /^Port\b(?! callbacks)/u });
      assert.equal(await phase.getAttribute('aria-expanded'), 'false');
      assert.equal(await tree.page.getByRole('treeitem', { name: /handler/u }).count(), 0);
      await tree.page.keyboard.press('ArrowRight');
      await tree.settle();
      assert.equal(await phase.getAttribute('aria-expanded'), 'true');
    });

    it('opens the transcript with Enter and the changes with Shift+Enter', async () => {
      for (const key of ['ArrowDown', 'ArrowDown', 'Enter', 'Shift+Enter']) {
        await tree.page.keyboard.press(key);
      }
      const head = { type: 'agent', runId: 'run-1', agentId: 1 };
      assert.deepEqual(await tree.posted(), [
        { ...head, action: 'transcript' },
        { ...head, action: 'changes' },
      ]);
    });

    it('keeps the focus in the tree when its row is filtered away', async () => {
      await tree.page.getByRole('combobox').selectOption('running');
      await tree.settle();
      await tree.page.getByRole('treeitem', { name: /handler7/u }).click();
      const run = recordMixedRun();
      run.end(8);
      await tree.send(snapshot(run.view, 50));
      assert.match(String(await tree.focusedLabel()), /./u);
      assert.equal(
        await tree.page.evaluate(`document.activeElement.getAttribute('role')`),
        'treeitem',
      );
    });
  });

  describe('filter', () => {
    beforeEach(() => tree.send(snapshot(recordMixedRun().view)));

    it('shows the agents whose text matches, with the phases that have any', async () => {
      await tree.page.getByRole('searchbox').fill('RETRY');
      await tree.settle();
      const labels = (await places(tree)).map((row) => row.split(',', 1)[0]);
      assert.deepEqual(labels, ['1 1/1 Port callbacks', '2 1/1 Port', '3 1/1 Running']);
    });

    it('shows the agents in one state, failed ones among them', async () => {
      await tree.page.getByRole('combobox').selectOption('failed');
      await tree.settle();
      const agents = (await places(tree)).filter((row) => row.startsWith('3 '));
      assert.equal(agents.length, 1);
      assert.match(agents[0] ?? '', /handler4/u);
    });

    it('says when nothing matches, and comes back after a rebuild', async () => {
      await tree.page.getByRole('searchbox').fill('nowhere');
      await tree.settle();
      assert.equal(await tree.page.getByText('No agents match the filter.').count(), 1);
      await tree.page.reload();
      await tree.page.waitForFunction('window.posted.length > 0');
      await tree.send(snapshot(recordMixedRun().view));
      assert.equal(await tree.page.getByRole('searchbox').inputValue(), 'nowhere');
    });
  });

  it('says the same in a narrow view, on two lines', async () => {
    await tree.page.setViewportSize({ width: narrow, height: 600 });
    await tree.page.reload();
    await tree.page.waitForFunction('window.posted.length > 0');
    await tree.send(snapshot(recordMixedRun().view));
    const row = tree.page.getByRole('treeitem', { name: /handler4\.ts/u });
    assert.match(await row.innerText(), /handler4\.ts\s+2\.1 s\s+Failed · The agent used all/u);
    const width = 'document.documentElement.scrollWidth <= window.innerWidth';
    assert.equal(await tree.page.evaluate(width), true);
  });

  it('asks for the agent of a row that is double-clicked', async () => {
    await tree.send(snapshot(recordMixedRun().view));
    await tree.page.getByRole('treeitem', { name: /handler2\.ts/u }).dblclick();
    assert.deepEqual(await tree.posted(), [
      { type: 'agent', runId: 'run-1', agentId: 3, action: 'transcript' },
    ]);
  });
});

function deltas(sequence: number, events: readonly RunEvent[]): object {
  return { type: 'events', sequence, events };
}

function eventsOf(run: RunRecorder, record: () => void): readonly RunEvent[] {
  const before = run.events.length;
  record();
  return run.events.slice(before);
}

async function scrollTo(tree: WebviewPage, top: number): Promise<void> {
  await tree.page.evaluate(
    `document.querySelector('[role=tree]').parentElement.scrollTop = ${top}`,
  );
  await tree.settle();
}
