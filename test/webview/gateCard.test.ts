import assert from 'node:assert/strict';
import { gateItem, requestItem, runItem, snapshot } from './support/chatFixtures.ts';
import { recordMixedRun } from './support/runFixtures.ts';
import { WebviewBrowser, type WebviewPage } from './support/webviewPage.ts';

const question = 'Port the generated files too?';

describe('gate card of the chat page', () => {
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

  it('shows the question, its details as plain text, and whose it is', async () => {
    const details = '<img src=x onerror="boom()"> **not bold** [link](command:boom)';
    await chat.send(snapshot([gateItem({ details })]));
    const text = await card(chat).innerText();
    assert.match(
      text,
      /Waiting for your answer\s+Port callbacks\s+Port the generated files too\?/u,
    );
    assert.equal(await chat.page.getByRole('region', { name: 'Details' }).innerText(), details);
    assert.equal(await card(chat).locator('img, strong, a').count(), 0);
  });

  it('keeps long details in a box of their own that the keyboard can scroll', async () => {
    const details = Array.from({ length: 200 }, (_, index) => `line ${index}`).join('\n');
    await chat.send(snapshot([gateItem({ details })]));
    const box = chat.page.getByRole('region', { name: 'Details' });
    assert.ok(((await box.boundingBox())?.height ?? 0) <= 240);
    await box.focus();
    const scrolled = chat.page.evaluate(
      `new Promise((resolve) => {
        const box = document.querySelector('[aria-label=Details]');
        box.addEventListener('scroll', () => resolve(box.scrollTop > 0), { once: true });
      })`,
    );
    await chat.page.keyboard.press('End');
    assert.equal(await scrolled, true);
  });

  for (const [label, approved] of [
    ['Approve', true],
    ['Reject', false],
  ] as const) {
    it(`posts the answer with the note for ${label}, by keyboard alone`, async () => {
      await chat.send(snapshot([gateItem()]));
      await chat.page.getByRole('textbox', { name: /Note/u }).focus();
      await chat.page.keyboard.type('  only src  ');
      await chat.page.keyboard.press('Tab');
      if (!approved) await chat.page.keyboard.press('Tab');
      assert.equal(await chat.focusedLabel(), label);
      await chat.page.keyboard.press('Enter');
      assert.deepEqual(await chat.posted(), [
        { type: 'gate', itemId: 'gate-run-1-1', approved, note: 'only src' },
      ]);
    });
  }

  for (const [label, approved, forRun] of [
    ['Allow once', true, false],
    ['Allow in this run', true, true],
    ['Refuse', false, false],
  ] as const) {
    it(`shows the command, the folder and the agent of a question, and posts ${label}`, async () => {
      const place = { agentId: 3, agentLabel: 'port a', cwd: 'web' };
      const command = { ...place, command: 'npm test && <b>x</b>', sandbox: 'bwrap' } as const;
      await chat.send(snapshot([gateItem({ command })]));
      const text = await card(chat).innerText();
      assert.match(
        text,
        /May “port a” run this command\?\s+npm test && <b>x<\/b>\s+In the folder web/u,
      );
      assert.match(text, /no network/u);
      assert.equal(await chat.page.getByRole('textbox', { name: /Note/u }).count(), 0);
      await chat.page.getByRole('button', { name: label }).press('Enter');
      const [posted] = await chat.posted();
      assert.deepEqual(posted, {
        type: 'gate',
        itemId: 'gate-run-1-1',
        approved,
        forRun,
        note: '',
      });
    });
  }

  it('says of a command without a sandbox what it can do', async () => {
    const place = { agentId: 3, agentLabel: 'port a', cwd: '' };
    await chat.send(snapshot([gateItem({ command: { ...place, command: 'x', sandbox: 'none' } })]));
    const text = await card(chat).innerText();
    assert.match(text, /In the root of[^]*Without a sandbox[^]*gets your user rights/u);
  });

  it('takes the focus from nobody when it comes, and tells who cannot see it', async () => {
    await chat.send(snapshot([runItem(recordMixedRun())]));
    const composer = chat.page.getByRole('textbox', { name: 'Request' });
    await composer.focus();
    await chat.send({ type: 'item', item: gateItem() });
    assert.equal(await chat.focusedLabel(), 'Request');
    assert.equal(
      await chat.page.getByRole('status').innerText(),
      `Port callbacks needs your answer: ${question}`,
    );
  });

  it('comes into sight with the focus when the user asked for it elsewhere', async () => {
    const before = Array.from({ length: 40 }, (_, index) => requestItem('text', `r${index}`));
    const after = Array.from({ length: 40 }, (_, index) => requestItem('text', `s${index}`));
    await chat.send(snapshot([...before, gateItem(), ...after]));
    const wanted = { type: 'focusItem', itemId: 'gate-run-1-1' };
    for (const elsewhere of ['Request', 'Note for the workflow (optional)']) {
      await chat.page.getByRole('textbox', { name: elsewhere }).focus();
      await chat.send(wanted);
      assert.equal(await chat.focusedLabel(), `Question: ${question}`);
    }
  });

  it('takes the focus also when it comes with the question', async () => {
    await chat.send(snapshot([]));
    const wanted = { type: 'focusItem', itemId: 'gate-run-1-1' };
    await chat.send({ type: 'item', item: gateItem() }, wanted);
    assert.equal(await chat.focusedLabel(), `Question: ${question}`);
  });

  it('stacks several questions, each with a note of its own', async () => {
    const second = { gateId: 2, question: 'Delete the old helpers?' };
    await chat.send(snapshot([gateItem(), gateItem(second)]));
    const notes = chat.page.getByRole('textbox', { name: /Note/u });
    await notes.nth(0).fill('first');
    await notes.nth(1).fill('second');
    await chat.page.getByRole('button', { name: 'Approve' }).nth(1).click();
    assert.deepEqual(await chat.posted(), [
      { type: 'gate', itemId: 'gate-run-1-2', approved: true, note: 'second' },
    ]);
  });

  it('becomes one line when it is answered, and keeps the keyboard there', async () => {
    await chat.send(snapshot([gateItem()]));
    await chat.page.getByRole('button', { name: 'Reject' }).focus();
    const answered = gateItem({ approved: false, note: 'Not now.' }, 'answered');
    await chat.send({ type: 'item', item: answered });
    const line = chat.page.getByRole('article', { name: `Answered question: ${question}` });
    assert.equal(await line.innerText(), `Rejected ${question} — Not now.`);
    assert.equal(await chat.page.getByRole('button', { name: 'Approve' }).count(), 0);
    assert.equal(await chat.focusedLabel(), `Answered question: ${question}`);
    assert.equal(await chat.page.getByRole('status').innerText(), `Rejected: ${question}`);
  });

  it('says that a question is no longer open rather than how it was answered', async () => {
    await chat.send(snapshot([gateItem({}, 'closed')]));
    assert.match(
      await chat.page.getByRole('log').innerText(),
      /No longer open Port the generated/u,
    );
  });

  it('keeps a half-written note when the page is rebuilt', async () => {
    await chat.send(snapshot([gateItem()]));
    const note = chat.page.getByRole('textbox', { name: /Note/u });
    await note.fill('half a thought');
    await chat.page.reload();
    await chat.page.waitForFunction('window.posted.length > 0');
    await chat.send(snapshot([gateItem()]));
    assert.equal(await note.inputValue(), 'half a thought');
  });
});

function card(chat: WebviewPage) {
  return chat.page.getByRole('article', { name: `Question: ${question}` });
}
