import assert from 'node:assert/strict';
import { recordKinds, recordMixedRun, startedAt } from './support/runFixtures.ts';
import { actionOf, labelOf, places, treeSnapshot as snapshot } from './support/treePage.ts';
import { WebviewBrowser, type WebviewPage } from './support/webviewPage.ts';

describe('rows of the run tree page', () => {
  const browser = new WebviewBrowser();
  let tree: WebviewPage;
  after(() => browser.dispose());
  beforeEach(async () => {
    tree = await browser.open({
      name: 'runTree',
      width: 1100,
      height: 600,
      nowMs: startedAt + 9000,
    });
  });
  afterEach(async () => {
    assert.deepEqual(tree.complaints, []);
    await tree.page.context().close();
  });

  it('shows gates, checks and children of workflow() as kinds of their own', async () => {
    await tree.send(snapshot(recordKinds().view));
    assert.deepEqual(await places(tree), [
      '1 1/1 Port callbacks, Running, waiting for you, port these callbacks to async/await',
      '2 1/2 Port, 1 of 3 agents done, 2 gates',
      '3 1/5 Running, src/orders/handler.ts, claude-haiku-4, 8 s',
      '3 2/5 Running, Workflow port-module, 1 of 2 agents done, 8 s',
      '4 1/2 Done, src/queue.ts, Ported 3 callbacks, claude-haiku-4, 1 file, 13k tok, $0.01, 425 ms',
      '4 2/2 Running, src/retry.ts, claude-haiku-4, 8 s',
      '3 3/5 Failed, Workflow tidy-up, The file src/gone.ts does not exist., 20 ms',
      '3 4/5 Rejected, Gate Port the generated files too?, They are made anew by the build., 3.0 s',
      '3 5/5 Waiting, Gate Delete the old helpers?, src/helpers.ts, 5 s',
      '2 2/2 Check, 1 check',
      '3 1/1 Passed, Check Run the tests, npm test — passed, 24 tests, no sandbox, 4.2 s',
    ]);
  });

  it('lets nothing look alive in a run that has ended', async () => {
    const run = recordKinds();
    run.finish({ status: 'paused', pauseReason: 'gate', reason: 'Nobody answered.' });
    await tree.send(snapshot(run.view));
    assert.match(await labelOf(tree, /port-module/u), /^Stopped/u);
    assert.match(await labelOf(tree, /old helpers/u), /^Unanswered/u);
    assert.match(await tree.page.locator('header').innerText(), /Stopped at a question/u);
  });

  it('skips with Ctrl+Delete and tries again with Ctrl+Enter, and never without Ctrl', async () => {
    await tree.send(snapshot(recordMixedRun().view));
    await tree.page.getByRole('treeitem', { name: /handler8/u }).click();
    for (const key of ['Delete', 'Control+Delete', 'Control+Backspace', 'Control+Enter']) {
      await tree.page.keyboard.press(key);
    }
    const head = { type: 'agent', runId: 'run-1', agentId: 9 };
    assert.deepEqual(await tree.posted(), [
      { ...head, action: 'skip' },
      { ...head, action: 'skip' },
      { ...head, action: 'retry' },
    ]);
    const row = tree.page.getByRole('treeitem', { name: /handler8/u });
    assert.equal(await row.getAttribute('aria-keyshortcuts'), 'Control+Enter Control+Delete');
    const help = await tree.page.locator('#tree-help').innerText();
    assert.match(help, /Ctrl\+Enter retries a queued or running agent/u);
  });

  it('skips and retries no agent that has ended, and none of a run that has', async () => {
    await tree.send(snapshot(recordMixedRun().view));
    await tree.page.getByRole('treeitem', { name: /handler0/u }).click();
    await tree.page.keyboard.press('Control+Delete');
    const run = recordMixedRun();
    run.finish({ status: 'cancelled' });
    await tree.send(snapshot(run.view, 50));
    await tree.page.getByRole('treeitem', { name: /handler7/u }).click();
    await tree.page.keyboard.press('Control+Enter');
    assert.deepEqual(await tree.posted(), []);
  });

  it('goes from an open gate to its answer with Enter', async () => {
    await tree.send(snapshot(recordKinds().view, 50));
    for (const name of [/generated files/u, /old helpers/u]) {
      await tree.page.getByRole('treeitem', { name }).click();
      await tree.page.keyboard.press('Enter');
    }
    assert.deepEqual(await tree.posted(), [{ type: 'gate', runId: 'run-1', gateId: 2 }]);
  });

  it('folds the children of workflow() away', async () => {
    await tree.send(snapshot(recordKinds().view, 50));
    await tree.page.getByRole('treeitem', { name: /port-module/u }).click();
    await tree.settle();
    assert.equal(await tree.page.getByRole('treeitem', { name: /retry\.ts/u }).count(), 0);
  });

  it('tells the editor’s context menu what each row is and allows', async () => {
    const run = recordKinds();
    await tree.send(snapshot(run.view));
    assert.deepEqual(await menuContexts(tree, [/handler\.ts/u, /queue\.ts/u, /old helpers/u]), [
      agentContext(1, { isLive: true, hasChanges: false }),
      agentContext(2, { isLive: false, hasChanges: true }),
      { webviewSection: 'gate', runId: 'run-1', gateId: 2, musterGateOpen: true },
    ]);
    run.finish({ status: 'cancelled' });
    await tree.send(snapshot(run.view, 1));
    assert.deepEqual(await menuContexts(tree, [/handler\.ts/u, /old helpers/u]), [
      agentContext(1, { isLive: false, hasChanges: false }),
      { webviewSection: 'gate', runId: 'run-1', gateId: 2, musterGateOpen: false },
    ]);
  });

  it('skips by the button of a row', async () => {
    await tree.send(snapshot(recordMixedRun().view));
    await tree.page.getByRole('treeitem', { name: /handler7/u }).hover();
    await tree.page.getByTitle('Skip agent').locator('visible=true').click();
    assert.deepEqual((await tree.posted()).map(actionOf), ['skip']);
  });

  it('finds an agent inside a child of workflow()', async () => {
    await tree.send(snapshot(recordKinds().view));
    await tree.page.getByRole('searchbox').fill('retry');
    await tree.settle();
    const labels = (await places(tree)).map((row) => row.split(',', 2).join(','));
    assert.deepEqual(labels, [
      '1 1/1 Port callbacks, Running',
      '2 1/1 Port, 1 of 3 agents done',
      '3 1/1 Running, Workflow port-module',
      '4 1/1 Running, src/retry.ts',
    ]);
  });
});

async function menuContexts(
  tree: WebviewPage,
  names: readonly RegExp[],
): Promise<readonly unknown[]> {
  const rows = names.map((name) => tree.page.getByRole('treeitem', { name }).first());
  const texts = rows.map((row) => row.getAttribute('data-vscode-context'));
  return (await Promise.all(texts)).map((text): unknown => JSON.parse(text ?? 'null'));
}

function agentContext(
  agentId: number,
  { isLive, hasChanges }: { readonly isLive: boolean; readonly hasChanges: boolean },
): object {
  return {
    webviewSection: 'agent',
    runId: 'run-1',
    agentId,
    musterAgentLive: isLive,
    musterAgentHasChanges: hasChanges,
  };
}
