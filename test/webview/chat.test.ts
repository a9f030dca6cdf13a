import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { buildPages } from './support/buildPages.ts';
import {
  answerItem,
  makePlan,
  planItem,
  requestItem,
  runItem,
  snapshot,
} from './support/chatFixtures.ts';
import { recordMixedRun } from './support/runFixtures.ts';
import { WebviewBrowser, type WebviewPage } from './support/webviewPage.ts';

const maxScriptBytes = 60 * 1024;

describe('chat page', () => {
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

  it('stays under 60 KB gzipped', async () => {
    const { chat: page } = await buildPages();
    const bytes = gzipSync(page.script, { level: 9 }).length;
    assert.ok(bytes < maxScriptBytes, `the script has ${bytes} bytes`);
  });

  it('shows nothing of a conversation before the whole of it is there', async () => {
    await chat.send({ type: 'item', item: requestItem('late') });
    assert.doesNotMatch(await chat.page.locator('body').innerText(), /late/u);
    await chat.send(snapshot([requestItem('first'), requestItem('late')]));
    assert.match(await chat.page.getByRole('log').innerText(), /first[\s\S]*late/u);
  });

  it('asks for a snapshot and leaves the focus where it is', async () => {
    assert.deepEqual(await chat.page.evaluate('window.posted[0]'), { type: 'ready' });
    await chat.send(snapshot([requestItem('port it'), planItem()]));
    assert.equal(await chat.page.evaluate('document.activeElement === document.body'), true);
  });

  it('ignores messages that it does not understand', async () => {
    await chat.send(snapshot([requestItem('port it')]), { type: 'item' }, { type: 'nonsense' });
    assert.equal(await chat.page.getByRole('article').count(), 1);
  });

  describe('empty state', () => {
    it('fills the composer with an example instead of sending it', async () => {
      await chat.send(snapshot([]));
      const example = chat.page.getByRole('list', { name: 'Example requests' }).getByRole('button');
      const text = await example.first().textContent();
      await example.first().click();
      await chat.settle();
      assert.equal(await composer(chat).inputValue(), text);
      assert.equal(await chat.focusedLabel(), 'Request');
      assert.deepEqual(await chat.posted(), []);
    });
  });

  describe('composer', () => {
    beforeEach(() => chat.send(snapshot([requestItem('first'), requestItem('second one')])));

    it('sends with Enter and breaks the line with Shift+Enter', async () => {
      await composer(chat).pressSequentially('port it');
      await composer(chat).press('Shift+Enter');
      await composer(chat).pressSequentially('all of it');
      await composer(chat).press('Enter');
      assert.deepEqual(await chat.posted(), [{ type: 'send', text: 'port it\nall of it' }]);
      await chat.settle();
      assert.equal(await composer(chat).inputValue(), '');
    });

    it('sends nothing while there is nothing but space', async () => {
      await composer(chat).pressSequentially('  ');
      await composer(chat).press('Enter');
      assert.deepEqual(await chat.posted(), []);
    });

    it('recalls earlier requests with Up and goes back with Down', async () => {
      const seen: string[] = [];
      for (const key of ['ArrowUp', 'ArrowUp', 'ArrowUp', 'ArrowDown', 'ArrowDown']) {
        await composer(chat).press(key);
        await chat.settle();
        seen.push(await composer(chat).inputValue());
      }
      assert.deepEqual(seen, ['second one', 'first', 'first', 'second one', '']);
    });

    it('keeps Up for the cursor when something has been written', async () => {
      await composer(chat).pressSequentially('new');
      await composer(chat).press('ArrowUp');
      await chat.settle();
      assert.equal(await composer(chat).inputValue(), 'new');
    });

    it('grows with its text', async () => {
      const before = await heightOf(chat);
      await composer(chat).fill('one\ntwo\nthree\nfour');
      await chat.settle();
      assert.ok((await heightOf(chat)) > before + 40);
    });

    it('offers Stop in place of Send while a plan is being written', async () => {
      await chat.send(snapshot([requestItem('first')], { busy: true }));
      await composer(chat).fill('next');
      await composer(chat).press('Enter');
      await chat.page.getByRole('button', { name: 'Stop' }).click();
      assert.deepEqual(await chat.posted(), [{ type: 'stopPlanning' }]);
      assert.equal(await chat.page.getByRole('button', { name: 'Send' }).count(), 0);
    });

    it('stays usable while a run is under way', async () => {
      await chat.send(snapshot([runItem(recordMixedRun())]));
      await composer(chat).fill('also do the tests');
      await composer(chat).press('Enter');
      assert.deepEqual(await chat.posted(), [{ type: 'send', text: 'also do the tests' }]);
    });

    it('says why it is disabled and lets a provider be chosen', async () => {
      const disabledReason = 'No model provider is set up.';
      await chat.send(snapshot([], { disabledReason, providerLabel: 'Choose provider…' }));
      assert.equal(await composer(chat).isDisabled(), true);
      const note = await composer(chat).getAttribute('aria-describedby');
      assert.equal(await chat.page.locator(`#${String(note)}`).innerText(), disabledReason);
      await chat.page.getByRole('button', { name: /Choose provider/u }).click();
      assert.deepEqual(await chat.posted(), [{ type: 'chooseProvider' }]);
    });

    it('takes the focus when the extension was asked for it', async () => {
      await chat.send({ type: 'focusComposer' });
      assert.equal(await chat.focusedLabel(), 'Request');
    });

    it('keeps the draft when the page is rebuilt', async () => {
      await composer(chat).fill('half a thought');
      await chat.page.reload();
      await chat.page.waitForFunction('window.posted.length > 0');
      await chat.send(snapshot([]));
      assert.equal(await composer(chat).inputValue(), 'half a thought');
    });
  });

  describe('answer', () => {
    it('shows Markdown without raw HTML, remote images or dangerous links', async () => {
      const markdown =
        '**bold** <img src=x onerror="boom()"> ![logo](https://evil.test/x.png) ' +
        '[bad](javascript:boom) [command](command:boom) [good](https://example.test)';
      await chat.send(snapshot([answerItem(markdown)]));
      const answer = chat.page.getByRole('article', { name: 'Answer' });
      assert.equal(await answer.locator('strong').innerText(), 'bold');
      assert.equal(await answer.locator('img').count(), 0);
      assert.deepEqual(await hrefs(chat), ['https://example.test']);
    });

    it('replaces the item as it streams in', async () => {
      await chat.send(snapshot([answerItem('', true)]));
      assert.match(await article(chat, 'Answer').innerText(), /Thinking/u);
      await chat.send({ type: 'item', item: answerItem('All ported.') });
      assert.equal((await article(chat, 'Answer').innerText()).trim(), 'All ported.');
      assert.equal(await chat.page.getByRole('status').innerText(), 'The answer is complete.');
    });
  });

  describe('scrolling', () => {
    const many = Array.from({ length: 40 }, (_, index) =>
      requestItem(`request ${index}`, `r${index}`),
    );

    it('follows the end of the conversation', async () => {
      await chat.send(snapshot(many));
      await chat.send({ type: 'item', item: requestItem('the last', 'last') });
      assert.ok((await distanceToEnd(chat)) < 4);
    });

    it('stays where the reader scrolled to, and offers a way to the end', async () => {
      await chat.send(snapshot(many));
      await scrollUp(chat);
      await chat.send({ type: 'item', item: requestItem('the last', 'last') });
      assert.ok((await distanceToEnd(chat)) > 100);
      await chat.page.getByRole('button', { name: 'Jump to the end' }).click();
      await chat.settle();
      assert.ok((await distanceToEnd(chat)) < 4);
    });
  });

  it('carries out what a problem offers', async () => {
    const actions = [{ actionId: 'enterKey', label: 'Enter key' }];
    const problem = {
      id: 'p1',
      type: 'problem',
      message: 'The provider refused the key.',
      actions,
    };
    await chat.send(snapshot([]), { type: 'item', item: problem });
    assert.equal(await chat.page.getByRole('status').innerText(), problem.message);
    await chat.page.getByRole('button', { name: 'Enter key' }).click();
    assert.deepEqual(await chat.posted(), [
      { type: 'problem', itemId: 'p1', actionId: 'enterKey' },
    ]);
  });

  it('shows the rest of the conversation when one item cannot be drawn', async () => {
    await chat.send(snapshot([requestItem('port it')]), {
      type: 'item',
      item: { id: 'x', type: 'run', run: { state: 'running' } },
    });
    assert.match(
      await chat.page.getByRole('log').innerText(),
      /port it[\s\S]*Cannot show this part/u,
    );
  });

  it('breaks long words instead of growing wider than the view', async () => {
    const long = 'averylongword'.repeat(40);
    const command = `npm run ${long}`;
    await chat.page.setViewportSize({ width: 280, height: 700 });
    const check = { ...makePlan().check, commands: [command] };
    await chat.send(
      snapshot([requestItem(long), answerItem(long), planItem({ summary: long, check })]),
    );
    const log = 'document.querySelector("[role=log]")';
    assert.equal(await chat.page.evaluate(`${log}.scrollWidth <= ${log}.clientWidth`), true);
  });
});

function composer(chat: WebviewPage) {
  return chat.page.getByRole('textbox', { name: 'Request' });
}

function article(chat: WebviewPage, name: string) {
  return chat.page.getByRole('article', { name });
}

async function heightOf(chat: WebviewPage): Promise<number> {
  return (await composer(chat).boundingBox())?.height ?? 0;
}

async function hrefs(chat: WebviewPage): Promise<unknown> {
  return chat.page.evaluate(
    `[...document.querySelectorAll('a')].map((a) => a.getAttribute('href'))`,
  );
}

async function distanceToEnd(chat: WebviewPage): Promise<number> {
  const list = 'document.querySelector("[role=log]")';
  return Number(
    await chat.page.evaluate(`${list}.scrollHeight - ${list}.scrollTop - ${list}.clientHeight`),
  );
}

async function scrollUp(chat: WebviewPage): Promise<void> {
  await chat.page.evaluate('document.querySelector("[role=log]").scrollTop = 10');
  await chat.page.getByRole('button', { name: 'Jump to the end' }).waitFor();
}
