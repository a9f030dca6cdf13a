import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { hasSandbox } from '../support/hasSandbox.ts';
import { obey } from '../host/support/obedientModel.ts';
import { workflow } from '../host/support/workflowScript.ts';
import { useCliBed } from './support/cliBed.ts';
import { readEnd, readEvents } from './support/publicEvents.ts';

describe('muster run on a machine with a sandbox', function () {
  this.timeout(60_000);
  const test = useCliBed();
  const expected = hasSandbox() ? 'bwrap' : 'none';

  it('verifies without a consent, and the receipt names the sandbox', async () => {
    await test.bed.useSample();
    const { end, receipts } = await verify('node --test --test-reporter=tap');
    if (expected === 'none') {
      assert.deepEqual([end.verdict, receipts], ['unverified', []]);
      return;
    }
    assert.equal(end.verdict, 'passed');
    assert.partialDeepStrictEqual(receipts, [{ ok: true, exitCode: 0, sandbox: expected }]);
    assert.ok((receipts[0]?.tests?.passed ?? 0) > 10);
  });

  it('keeps a hostile test away from the workspace, the home folder and its own records', async () => {
    const { bed } = test;
    const places = [bed.workspace, bed.home, bed.stateRoot, bed.root].map((folder) =>
      path.join(folder, 'written-by-a-test'),
    );
    await bed.useSample();
    const code = `for (const place of ${JSON.stringify(places)}) try { require('fs').writeFileSync(place, 'x'); console.log('wrote', place) } catch (error) { console.log(error.code) }`;
    const { receipts } = await verify(`node -e "${code.replaceAll('"', String.raw`\"`)}"`);
    assert.equal(receipts.length, expected === 'none' ? 0 : 1);
    assert.deepEqual(
      places.filter((place) => existsSync(place)),
      [],
    );
  });

  async function verify(command: string) {
    const api = await test.bed.startModel(obey);
    const source = workflow(
      `try { return await verify(${JSON.stringify(command)}); } catch (error) { return error.message; }`,
    );
    const { stdout } = await (await test.bed.startScript(source, api, '--json')).ended;
    const receipts = readEvents(stdout).flatMap((event) =>
      event.type === 'verify.ended' && event.receipt !== null ? [event.receipt] : [],
    );
    return { end: readEnd(stdout), receipts };
  }
});
