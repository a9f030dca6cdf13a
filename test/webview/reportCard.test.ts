import assert from 'node:assert/strict';
import { summarizeRun } from '../../src/protocol/view/summarizeRun.ts';
import { runItem, snapshot } from './support/chatFixtures.ts';
import { makeReceipt, recordMixedRun, RunRecorder, startedAt } from './support/runFixtures.ts';
import { WebviewBrowser, type WebviewPage } from './support/webviewPage.ts';

describe('report card of the chat page', () => {
  const browser = new WebviewBrowser();
  let chat: WebviewPage;
  after(() => browser.dispose());
  beforeEach(async () => {
    chat = await browser.open({ name: 'chat' });
  });
  afterEach(async () => {
    assert.deepEqual(chat.complaints, []);
    await chat.page.context().close();
  });

  it('offers to verify what was accepted, once there is something and a command', async () => {
    const ended = { ...summarizeRun(recordMixedRun().view), endedAt: startedAt + 9000 };
    const show = async (accepted: { readonly accepted?: number }): Promise<void> => {
      const proposals = { ...ended.proposals, ...accepted };
      const receipts = [makeReceipt()];
      const run = { ...ended, state: 'completed' as const, proposals, receipts };
      await chat.send(snapshot([{ id: 'run-1', type: 'run', run }]));
    };
    const button = chat.page.getByRole('button', { name: 'Verify accepted files' });
    await show({});
    await chat.page.getByRole('button', { name: 'Open report' }).waitFor();
    assert.equal(await button.count(), 0);
    await show({ accepted: 2 });
    await button.click();
    const { runId } = ended;
    assert.deepEqual(await chat.posted(), [{ type: 'run', runId, action: 'verifyAccepted' }]);
  });

  it('states the verdict in words with its receipts, changes, failures and cost', async () => {
    const run = new RunRecorder();
    for (const label of ['a.ts', 'b.ts']) run.start(run.queue(label));
    run.end(1);
    run.fail(2, 'The agent used all of its turns.');
    run.verify(makeReceipt());
    run.finish();
    await chat.send(snapshot([runItem(run)]));
    const text = await article(chat, 'Report: Port callbacks').innerText();
    for (const pattern of [
      /Passed on the proposed files \(1 receipt\)/u,
      /npm test — passed, 24 tests, no sandbox/u,
      /12 files, 31 hunks, 4 groups, 31 pending/u,
      /b\.ts The agent used all of its turns\./u,
      /\$0\.42/u,
    ]) {
      assert.match(text, pattern);
    }
  });

  it('names what was done to tests, and shows the last lines of what failed', async () => {
    const receipt = makeReceipt({
      ok: false,
      tests: { passed: 1, failed: 0, skipped: 1 },
      regressions: ['a is one'],
      vanished: ['a is one'],
      output: 'first\n\u001B[31mlast <b>words</b>\u001B[0m\n',
      touched: {
        tests: 1,
        configurations: 0,
        weakened: 1,
        named: [
          {
            path: 'test/a.test.js',
            kind: 'test',
            how: 'changed',
            weakened: 'tests in it are skipped',
          },
        ],
      },
    });
    const ended = { ...summarizeRun(recordMixedRun().view), endedAt: startedAt + 9000 };
    const run = { ...ended, state: 'completed' as const, verdict: 'failed' as const };
    await chat.send(snapshot([{ id: 'run-1', type: 'run', run: { ...run, receipts: [receipt] } }]));
    const card = chat.page.getByRole('article');
    await card.getByText('; 1 test file was changed by this run (1 weaker)').waitFor();
    const receipts = chat.page.getByRole('region', { name: 'Receipts' });
    const text = (await receipts.innerText()).replace(/\s+/gu, ' ');
    assert.match(
      text,
      /failed, 2 tests, 1 skipped, 1 regression \(1 did not run\), .* a is one test\/a.test.js changed: tests in it are skipped/u,
    );
    const output = card.getByLabel('Last lines of the command');
    assert.equal(await output.isVisible(), false);
    await card.getByText('Last lines', { exact: true }).press('Enter');
    assert.equal(await output.innerText(), 'first\nlast <b>words</b>');
  });

  it('says why a command that did not fail proves nothing', async () => {
    const receipt = makeReceipt({ ok: false, doubts: ['it ran no tests'] });
    const ended = { ...summarizeRun(recordMixedRun().view), endedAt: startedAt + 9000 };
    const run = { ...ended, state: 'completed' as const, receipts: [receipt] };
    await chat.send(snapshot([{ id: 'run-1', type: 'run', run }]));
    await chat.page.getByText(/proves nothing: it ran no tests/u).waitFor();
  });

  it('calls a run without receipts unverified', async () => {
    const run = new RunRecorder();
    run.finish({ verdict: 'unverified' });
    await chat.send(snapshot([runItem(run)]));
    const text = await article(chat, 'Report: Port callbacks').innerText();
    assert.match(text, /Unverified no command has checked the proposed files/u);
  });

  it('names the tests that failed', async () => {
    const run = new RunRecorder();
    const tests = { passed: 20, failed: 4, skipped: 0 };
    const failedTests = ['one', 'two', 'three', 'four'];
    run.verify(makeReceipt({ ok: false, exitCode: 1, tests, failedTests }));
    run.finish({ verdict: 'failed' });
    await chat.send(snapshot([runItem(run)]));
    const receipts = chat.page.getByRole('region', { name: 'Receipts' });
    const text = (await receipts.innerText()).replace(/\s+/gu, ' ');
    assert.match(
      text,
      /failed with exit code 1, 4 of 24 tests failed, no sandbox one two three and 1 more/u,
    );
  });

  it('offers no review when nothing was proposed', async () => {
    const run = new RunRecorder();
    run.finish({ proposals: { groups: 0, files: 0, hunks: 0, pending: 0, conflicts: 0 } });
    await chat.send(snapshot([runItem(run)]));
    assert.equal(await chat.page.getByRole('button', { name: 'Review changes' }).count(), 0);
  });
});

function article(chat: WebviewPage, name: string) {
  return chat.page.getByRole('article', { name });
}
