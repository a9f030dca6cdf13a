import assert from 'node:assert/strict';
import type { ChatItem } from '../../src/protocol/webviews/chatMessages.ts';
import { assertAccessible } from './support/accessibility.ts';
import {
  answerItem,
  gateItem,
  makeEstimate,
  makePlan,
  planItem,
  requestItem,
  runItem,
  snapshot,
} from './support/chatFixtures.ts';
import {
  makeReceipt,
  recordKinds,
  recordLargeRun,
  recordMixedRun,
  RunRecorder,
} from './support/runFixtures.ts';
import { themeNames } from './support/themes.ts';
import { WebviewBrowser } from './support/webviewPage.ts';

const markdown =
  '**Plan** with `code`, a [link](https://example.test) and\n\n| a | b |\n|--|--:|\n| 1 | 2 |';

const conversations: Readonly<Record<string, object>> = {
  'an empty chat': snapshot([]),
  'a chat without a provider': snapshot([], { disabledReason: 'No model provider is set up.' }),
  'a chat with every kind of item': snapshot([
    requestItem('port it'),
    answerItem(markdown, true),
    planItem({ needsUnsandboxedConsent: true }),
    { ...runItem(recordMixedRun()), id: 'live' },
    { ...runItem(recordFinishedRun()), id: 'ended' },
    problem(),
  ]),
  'a plan with errors': snapshot([planWithErrors()]),
  'a plan with an estimate': snapshot([planWithEstimate()]),
  'questions and a run at its limit': snapshot([
    { ...runItem(recordRunAtLimit()), id: 'limit' },
    gateItem({ details: 'a line\n'.repeat(60) }),
    gateItem({ gateId: 2, approved: true, note: 'Go.' }, 'answered'),
    gateItem({
      gateId: 3,
      command: {
        agentId: 7,
        agentLabel: 'port src/legacy/long-file-name.js',
        cwd: 'packages/core',
        command: `npx jest ${'--verbose '.repeat(20)}`,
        sandbox: 'none',
      },
    }),
  ]),
};

const trees: Readonly<Record<string, object>> = {
  'a tree without a run': { type: 'snapshot', sequence: 0, view: null },
  'a tree with every kind of row': { type: 'snapshot', sequence: 0, view: recordMixedRun().view },
  'a tree with gates and children': { type: 'snapshot', sequence: 0, view: recordKinds().view },
  'a tree at a limit': { type: 'snapshot', sequence: 0, view: recordRunAtLimit().view },
  'a tree with 1,000 agents': { type: 'snapshot', sequence: 0, view: recordLargeRun(1000).view },
  'a tree of an ended run': { type: 'snapshot', sequence: 0, view: recordFinishedRun().view },
};

describe('accessibility of the pages', () => {
  const browser = new WebviewBrowser();
  after(() => browser.dispose());

  for (const theme of themeNames) {
    for (const [title, message] of Object.entries(conversations)) {
      it(`finds no violation in ${title}, ${theme}`, async () => {
        const chat = await browser.open({ name: 'chat', theme });
        await chat.send(message);
        await assertAccessible(chat);
        await chat.page.context().close();
      });
    }
    for (const [title, message] of Object.entries(trees)) {
      for (const width of [280, 1100]) {
        it(`finds no violation in ${title}, ${theme}, ${width} pixels wide`, async () => {
          const tree = await browser.open({ name: 'runTree', theme, width });
          await tree.send(message);
          await tree.page.keyboard.press('Tab');
          await assertAccessible(tree);
          await tree.page.context().close();
        });
      }
    }
  }

  it('turns nothing round for people who asked for less motion', async () => {
    const chat = await browser.open({ name: 'chat' });
    await chat.send(snapshot([answerItem('', true), runItem(recordMixedRun())]));
    const names = `[...document.querySelectorAll('*')].map((e) => getComputedStyle(e).animationName)`;
    const moving: unknown = await chat.page.evaluate(`${names}.filter((name) => name !== 'none')`);
    assert.deepEqual(moving, []);
    await chat.page.context().close();
  });

  it('finds no violation with forced colours', async () => {
    const tree = await browser.open({ name: 'runTree', forcedColors: 'active' });
    await tree.send({ type: 'snapshot', sequence: 0, view: recordMixedRun().view });
    await assertAccessible(tree);
    await tree.page.context().close();
  });
});

function recordFinishedRun(): RunRecorder {
  const run = new RunRecorder();
  for (const label of ['a.ts', 'b.ts']) run.start(run.queue(label));
  run.end(1);
  run.fail(2, 'The agent used all of its turns.');
  run.verify(makeReceipt());
  run.finish();
  return run;
}

function recordRunAtLimit(): RunRecorder {
  const run = recordMixedRun();
  run.state({ state: 'paused', reason: 'limit', message: 'The limit of $5.00 is reached.' });
  return run;
}

function planWithEstimate(): ChatItem {
  const gap = { stub: 'lean', code: 'threw', message: 'list is undefined' } as const;
  return planItem({ estimate: makeEstimate({ gaps: [gap] }) });
}

function problem(): ChatItem {
  const actions = [{ actionId: 'enterKey', label: 'Enter key' }];
  return { id: 'p', type: 'problem', message: 'The provider refused the key.', actions };
}

function planWithErrors(): ChatItem {
  const diagnostics = [
    { code: 'x', column: 1, fix: 'Use now().', severity: 'error', line: 3, message: 'Date.now()' },
  ] as const;
  return planItem({ check: { ...makePlan().check, ok: false, diagnostics: [...diagnostics] } });
}
