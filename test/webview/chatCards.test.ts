import assert from 'node:assert/strict';
import type { ChatItem } from '../../src/protocol/webviews/chatMessages.ts';
import { makeEstimate, makePlan, planItem, runItem, snapshot } from './support/chatFixtures.ts';
import { recordMixedRun, RunRecorder } from './support/runFixtures.ts';
import { WebviewBrowser, type WebviewPage } from './support/webviewPage.ts';

describe('cards of the chat page', () => {
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

  describe('plan card', () => {
    const consent = /without a sandbox/u;

    it('shows phases, limits, models and commands before anything runs', async () => {
      await chat.send(snapshot([planItem()]));
      const text = await article(chat, 'Plan: Port callbacks').innerText();
      const expected = [/Port one agent per file/u, /200 agents · 16 at once · \$5.00 · 30 min/u];
      for (const pattern of [...expected, /claude-haiku-4, claude-sonnet-4/u, /npm test/u]) {
        assert.match(text, pattern);
      }
    });

    for (const [label, action] of [
      ['Run', 'run'],
      ['Dry run', 'dryRun'],
      ['Open script', 'openScript'],
      ['Change limits', 'changeCaps'],
      ['Discard', 'discard'],
    ] as const) {
      it(`posts ${action} for ${label}`, async () => {
        await chat.send(snapshot([planItem()]));
        await chat.page.getByRole('button', { name: label, exact: true }).click();
        const expected = { type: 'plan', itemId: 'plan-1', action, unsandboxed: false };
        assert.deepEqual(await chat.posted(), [expected]);
      });
    }

    it('runs commands without a sandbox only when that was ticked', async () => {
      await chat.send(snapshot([planItem({ needsUnsandboxedConsent: true })]));
      const box = chat.page.getByRole('checkbox', { name: consent });
      const run = chat.page.getByRole('button', { name: 'Run', exact: true });
      assert.equal(await box.isChecked(), false);
      await run.click();
      await box.check();
      await run.click();
      const consents = (await chat.posted()).map(unsandboxedOf);
      assert.deepEqual(consents, [false, true]);
    });

    it('shows the setup command, with nothing hidden in it, and asks for the consent also for it alone', async () => {
      const check = { ...makePlan().check, commands: [] };
      const setupCommand = 'npm run build\u202E # dliub';
      await chat.send(snapshot([planItem({ check, setupCommand, needsUnsandboxedConsent: true })]));
      const text = await article(chat, 'Plan: Port callbacks').innerText();
      assert.match(text, /npm run build⟨U\+202E⟩ # dliub \(setup, before the first command/u);
      await chat.page.getByRole('checkbox', { name: consent }).waitFor();
    });

    it('warns of a required command that the script does not run', async () => {
      await chat.send(snapshot([planItem({ requiredCommands: ['npm test', 'npm run lint'] })]));
      const text = await article(chat, 'Plan: Port callbacks').innerText();
      assert.match(text, /npm run lint \(must pass, but the script does not run it/u);
      assert.doesNotMatch(text, /npm test \(has to pass/u);
    });

    it('says what happens without the consent', async () => {
      await chat.send(snapshot([planItem({ needsUnsandboxedConsent: true })]));
      assert.match(
        await article(chat, 'Plan: Port callbacks').innerText(),
        /verification is skipped/u,
      );
    });

    it('asks for no consent when no command would run', async () => {
      const check = { ...makePlan().check, commands: [] };
      await chat.send(snapshot([planItem({ needsUnsandboxedConsent: true, check })]));
      assert.equal(await chat.page.getByRole('checkbox').count(), 0);
    });

    it('cannot run a script that has errors, and shows them first', async () => {
      const place = { code: 'x', column: 1, fix: 'Use now() instead.' };
      const diagnostics = [
        { ...place, severity: 'warning' as const, line: 3, message: 'unbounded loop' },
        { ...place, severity: 'error' as const, line: 12, message: 'Date.now() is not replayable' },
      ];
      await chat.send(
        snapshot([planItem({ check: { ...makePlan().check, ok: false, diagnostics } })]),
      );
      assert.equal(
        await chat.page.getByRole('button', { name: 'Run', exact: true }).isDisabled(),
        true,
      );
      const findings = chat.page.getByRole('list', { name: 'Script check' }).getByRole('listitem');
      assert.match(
        await findings.first().innerText(),
        /Error, line 12: Date.now\(\).*Use now\(\)/u,
      );
    });

    it('folds a long list of what agents may write', async () => {
      const writes = Array.from({ length: 20 }, (_, index) => `lib/file-${index}.js`);
      await chat.send(snapshot([planItem({ estimate: makeEstimate({ writes }) })]));
      const last = chat.page.getByText('lib/file-19.js');
      assert.equal(await last.isVisible(), false);
      await chat.page.getByText('20 paths').click();
      await last.waitFor();
    });

    it('shows what a mock run foretells, phase by phase, and what it could not see', async () => {
      const gap = { stub: 'lean', code: 'threw', message: 'list is undefined' } as const;
      const commands = [{ command: 'make x', isLiteral: false, isReached: true }];
      await chat.send(snapshot([planItem({ estimate: makeEstimate({ gaps: [gap], commands }) })]));
      const text = await article(chat, 'Plan: Port callbacks').innerText();
      for (const pattern of [
        /Estimate\s+1–41 agents, 2 models, \$0\.40 – \$1\.10/u,
        /one agent per file · 0–40 agents[\s\S]*claude-sonnet-4 · 1 agent/u,
        /120k – 410k \(the default of 10k an agent\)/u,
        /Tools\s+read_file, edit_file\s+May write\s+src\/\*\*/u,
        /npm test\s+make x \(built by the script: not approved\)/u,
      ]) {
        assert.match(text, pattern);
      }
      const gaps = chat.page.getByRole('list', { name: 'Not in the estimate' });
      assert.match(
        await gaps.innerText(),
        /If agents find nothing, the script fails.*list is undefined/u,
      );
    });

    it('says where a loop was stopped, and that a price is unknown', async () => {
      const unbounded = 'unbounded: stopped at the limit of 200';
      await chat.send(snapshot([planItem({ estimate: makeEstimate({ unbounded, usd: null }) })]));
      assert.match(
        await article(chat, 'Plan: Port callbacks').innerText(),
        /1–41 agents \(unbounded: stopped at the limit of 200\), 2 models, cost unknown/u,
      );
    });

    it('keeps the keyboard on the card when its buttons go', async () => {
      await chat.send(snapshot([planItem()]));
      await chat.page.getByRole('button', { name: 'Run', exact: true }).focus();
      const approved: ChatItem = {
        id: 'plan-1',
        type: 'plan',
        plan: makePlan(),
        status: 'approved',
      };
      await chat.send({ type: 'item', item: approved });
      assert.equal(await chat.focusedLabel(), 'Plan: Port callbacks');
    });
  });

  describe('run card', () => {
    it('shows a line for each phase, figures and limits', async () => {
      await chat.send(snapshot([runItem(recordMixedRun())]));
      const text = await article(chat, 'Run: Port callbacks').innerText();
      for (const pattern of [
        /1 failed · 6 of 12/u,
        /6 of 12 agents done, 1 failed, 1 skipped/u,
        /16 at once/u,
      ]) {
        assert.match(text, pattern);
      }
      const bar = chat.page.getByRole('progressbar', { name: 'Phase Port' });
      assert.equal(await bar.getAttribute('aria-valuenow'), '6');
    });

    it('says that the cost is unknown rather than nothing', async () => {
      const run = new RunRecorder();
      run.start(run.queue('a.ts'));
      run.end(1, { usd: null });
      await chat.send(snapshot([runItem(run)]));
      assert.match(await article(chat, 'Run: Port callbacks').innerText(), /Cost\s+unknown/u);
    });

    for (const [label, action] of [
      ['Pause', 'pause'],
      ['Throttle', 'throttle'],
      ['Cancel', 'cancel'],
      ['Open run tree', 'openTree'],
    ] as const) {
      it(`posts ${action} for ${label}`, async () => {
        await chat.send(snapshot([runItem(recordMixedRun())]));
        await chat.page.getByRole('button', { name: label }).click();
        assert.deepEqual(await chat.posted(), [{ type: 'run', runId: 'run-1', action }]);
      });
    }

    it('turns Pause into Resume under the same focus, and explains the pause', async () => {
      const run = recordMixedRun();
      await chat.send(snapshot([runItem(run)]));
      await chat.page.getByRole('button', { name: 'Pause' }).focus();
      run.state({ state: 'paused', reason: 'user', message: null });
      await chat.send({ type: 'item', item: runItem(run) });
      assert.equal(await chat.focusedLabel(), 'Resume');
      assert.match(await article(chat, 'Run: Port callbacks').innerText(), /You paused this run/u);
    });

    it('never turns Pause into a decision under the finger', async () => {
      const run = recordMixedRun();
      await chat.send(snapshot([runItem(run)]));
      await chat.page.getByRole('button', { name: 'Pause' }).focus();
      run.state({ state: 'paused', reason: 'limit', message: 'The limit of $5.00 is reached.' });
      await chat.send({ type: 'item', item: runItem(run) });
      assert.equal(await chat.focusedLabel(), 'Run: Port callbacks');
    });

    const waits = [
      {
        reason: 'limit',
        message: 'The limit of $5.00 is reached.',
        says: /Paused at a limit[\s\S]*limit of \$5\.00[\s\S]*“Raise limits” continues[\s\S]*you can resume later/u,
        offers: { 'Raise limits…': 'raise', 'Stop and keep results': 'stop' },
      },
      {
        reason: 'breaker',
        message: 'Five agents in a row failed.',
        says: /Five agents in a row[\s\S]*Common cause: The key was refused\.[\s\S]*“Continue” lets/u,
        offers: { Continue: 'resume', Cancel: 'cancel' },
      },
      {
        reason: 'usage',
        message: 'The provider takes requests again at 14:00.',
        says: /Waiting for the provider[\s\S]*again at 14:00\.[\s\S]*Nothing is lost/u,
        offers: { Continue: 'resume', Cancel: 'cancel' },
      },
      {
        reason: 'gate',
        message: 'Port the generated files too?',
        says: /Waiting for you[\s\S]*Port the generated[\s\S]*1 waiting for your answer/u,
        offers: { 'Answer…': 'answer', Cancel: 'cancel' },
      },
    ] as const;
    for (const { reason, message, says, offers } of waits) {
      it(`says why a run waits and offers what helps: ${reason}`, async () => {
        const run = recordMixedRun();
        for (const id of [7, 8]) run.fail(id, 'The key was refused.');
        if (reason === 'gate') run.openGate(1, 'Port the generated files too?');
        run.state({ state: 'paused', reason, message });
        await chat.send(snapshot([runItem(run)]));
        const card = article(chat, 'Run: Port callbacks');
        assert.match(await card.innerText(), says);
        const buttons = card.getByRole('button');
        const labels = [...Object.keys(offers), 'Open run tree'];
        assert.deepEqual(await buttons.allInnerTexts(), labels);
        for (const label of Object.keys(offers))
          await card.getByText(label, { exact: true }).click();
        const expected = Object.values(offers);
        assert.deepEqual(
          await chat.posted(),
          expected.map((action) => ({ type: 'run', runId: 'run-1', action })),
        );
      });
    }

    it('offers to answer while other branches run on', async () => {
      const run = recordMixedRun();
      run.openGate(1, 'Port the generated files too?');
      await chat.send(snapshot([runItem(run)]));
      const card = article(chat, 'Run: Port callbacks');
      assert.match(await card.innerText(), /Running, waiting for you/u);
      assert.deepEqual(await card.getByRole('button').allInnerTexts(), [
        'Answer…',
        'Pause',
        'Throttle',
        'Cancel',
        'Open run tree',
      ]);
    });

    for (const [pauseReason, says, label] of [
      ['limit', /stopped at a limit[\s\S]*resume with higher limits/u, 'Resume…'],
      ['breaker', /stopped by failures[\s\S]*check the failures/u, 'Resume'],
      ['usage', /stopped by the provider’s limit/u, 'Resume'],
      ['gate', /stopped at a question[\s\S]*answer, then resume/u, 'Resume'],
    ] as const) {
      it(`offers to resume a run that has stopped: ${pauseReason}`, async () => {
        const run = recordMixedRun();
        run.finish({ status: 'paused', pauseReason, verdict: 'unverified' });
        await chat.send(snapshot([runItem(run)]));
        const card = article(chat, 'Report: Port callbacks');
        assert.match(await card.innerText(), says);
        await card.getByRole('button', { name: label, exact: true }).click();
        assert.deepEqual(await chat.posted(), [{ type: 'run', runId: 'run-1', action: 'resume' }]);
      });
    }

    it('offers to resume an interrupted run and says that nothing is paid twice', async () => {
      const run = recordMixedRun();
      run.state({ state: 'interrupted', reason: null, message: null });
      await chat.send(snapshot([runItem(run)]));
      assert.match(
        await article(chat, 'Report: Port callbacks').innerText(),
        /without paying for it twice/u,
      );
      await chat.page.getByRole('button', { name: 'Resume' }).click();
      assert.deepEqual(await chat.posted(), [{ type: 'run', runId: 'run-1', action: 'resume' }]);
    });
  });
});

function article(chat: WebviewPage, name: string) {
  return chat.page.getByRole('article', { name });
}

function unsandboxedOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'unsandboxed' in message
    ? message.unsandboxed
    : undefined;
}
