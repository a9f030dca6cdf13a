import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { generateKeyPairSync, verify } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { fail, text, toolUses, type Reply } from '../support/messagesApi/replies.ts';
import type { WireRequest } from '../support/messagesApi/wireRequest.ts';
import { promptOf } from '../host/support/obedientModel.ts';
import { workflow } from '../host/support/workflowScript.ts';
import { CliBed } from './support/cliBed.ts';
import { makeEvidenceRun } from './support/evidenceRun.ts';
import { readEnd } from './support/publicEvents.ts';
import { assertOk } from './support/reviewedRun.ts';

const run = promisify(execFile);

function makeKeys(): { readonly privateKey: string; readonly publicKey: string } {
  return generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

describe('muster export', function () {
  this.timeout(120_000);
  let bed: CliBed;
  let runId = '';
  let directory = '';
  const at = (name: string): string => path.join(bed.root, name);

  before(async () => {
    bed = await CliBed.create();
    await bed.useSample();
    ({ runId, directory } = await makeEvidenceRun(bed));
    const { privateKey, publicKey } = makeKeys();
    await writeFile(at('key.pem'), privateKey);
    await writeFile(at('key.pub'), publicKey);
    await writeFile(at('other.pub'), makeKeys().publicKey);
  });
  after(() => bed.dispose());

  async function unpack(name: string): Promise<string> {
    const folder = at(`${name}.unpacked`);
    await mkdir(folder);
    await run('tar', ['-xzf', at(name), '-C', folder]);
    return path.join(folder, runId);
  }

  it('packs everything that is evidence, to the byte, and never owner.json', async () => {
    assertOk(await bed.run('export', runId, '--out', at('plain.tar.gz')));
    const unpacked = await unpack('plain.tar.gz');
    const before = await filesOf(directory);
    const after = await filesOf(unpacked);
    before.delete('owner.json');
    assert.ok(after.delete('statement.json'));
    assert.deepEqual(after, before);
  });

  it('gives the same bytes for the same run', async () => {
    for (const name of ['a.tar.gz', 'b.tar.gz']) {
      assertOk(await bed.run('export', runId, '--out', at(name), '--sign', at('key.pem')));
    }
    assert.deepEqual(await readFile(at('a.tar.gz')), await readFile(at('b.tar.gz')));
  });

  it('states request, approvals, agents, receipts, verdict and decisions', async () => {
    assertOk(await bed.run('export', runId, '--out', at('stated.tar.gz')));
    const statement = path.join(await unpack('stated.tar.gz'), 'statement.json');
    const stated: unknown = JSON.parse(await readFile(statement, 'utf8'));
    assert.partialDeepStrictEqual(stated, {
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: 'https://muster.invalid/attestations/run/v1',
      predicate: {
        runId,
        verdict: 'passed',
        state: 'completed',
        withheld: [],
        audit: { verdict: 'whole', findings: [] },
        agents: { ok: 2, failed: 0 },
        receipts: [{ command: 'node -e 1', ok: true, required: true }],
        decisions: [{ type: 'intent' }, { type: 'outcome' }, { type: 'reject' }],
        applied: [{ path: 'lib/new.js', agents: [{ agentId: 2 }] }],
      },
    });
    const names = (stated as { subject: { name: string }[] }).subject.map(({ name }) => name);
    assert.deepEqual(names.slice(0, 3), ['journal-head', 'decisions-head', 'proposed-tree']);
    assert.ok(names.includes('journal.jsonl') && names.includes('seal.json'));
  });

  it('signs so that anybody with the public key can check it, and audit does', async () => {
    const archive = at('signed.tar.gz');
    assertOk(await bed.run('export', runId, '--out', archive, '--sign', at('key.pem')));
    const envelope = JSON.parse(await readFile(`${archive}.dsse.json`, 'utf8')) as Envelope;
    const payload = Buffer.from(envelope.payload, 'base64');
    const type = 'application/vnd.in-toto+json';
    const head = `DSSEv1 ${type.length} ${type} ${payload.length} `;
    const signature = Buffer.from(envelope.signatures[0]?.sig ?? '', 'base64');
    const key = await readFile(at('key.pub'), 'utf8');
    assert.ok(verify(null, Buffer.concat([Buffer.from(head), payload]), key, signature));
    const signed = ['--signature', `${archive}.dsse.json`, '--public-key'];
    const good = await bed.run('audit', runId, ...signed, at('key.pub'));
    assertOk(good);
    assert.match(good.stdout, /^Anchored by the signature up to entry (\d+) of \1\.$/mu);
    const wrongKey = await bed.run('audit', runId, ...signed, at('other.pub'));
    assert.deepEqual([wrongKey.exitCode, wrongKey.stdout], [1, '']);
    assert.match(wrongKey.stderr, /this key did not sign this statement/u);
    const report = path.join(directory, 'report.md');
    const before = await readFile(report, 'utf8');
    // Whoever changes a file can change the seal with it; the signature still tells.
    await writeFile(report, `${before} `);
    try {
      const changed = await bed.run('audit', runId, ...signed, at('key.pub'));
      assert.equal(changed.exitCode, 1);
      assert.match(changed.stdout, /^broken {2}report\.md {2}It was changed since it was signed/mu);
      const refused = await bed.run('export', runId, '--out', at('no'), '--sign', at('key.pem'));
      assert.equal(refused.exitCode, 1);
      assert.match(refused.stderr, /Cannot sign run \S+: its evidence is broken/u);
      const unsigned = await bed.run('export', runId, '--out', at('broken.tar.gz'));
      assert.equal(unsigned.exitCode, 0);
      assert.match(unsigned.stderr, /evidence is broken/u);
    } finally {
      await writeFile(report, before);
    }
  });

  it('says what is wrong with what it was given, and leaves nothing behind', async () => {
    await writeFile(at('not-a-key'), 'hello');
    const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
      [[], 2, /--out/u],
      [['--out', at('x'), '--sign', at('missing')], 2, /Key file .* does not exist/u],
      [['--out', at('x'), '--sign', at('not-a-key')], 2, /holds no key in PEM form/u],
      [['--out', path.join(directory, 'x')], 1, /lies in the run's own folder/u],
      [['--out', at('nowhere/x')], 2, /folder of --out does not exist/u],
    ];
    const before = await readdir(bed.root);
    for (const [args, exitCode, sentence] of cases) {
      const result = await bed.run('export', runId, ...args);
      assert.match(result.stderr, sentence);
      assert.equal(result.exitCode, exitCode, args.join(' '));
    }
    assert.deepEqual(await readdir(bed.root), before);
  });
});

interface Envelope {
  readonly payload: string;
  readonly signatures: readonly { readonly sig: string }[];
}

async function filesOf(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    files.set(path.relative(folder, file), await readFile(file, 'latin1'));
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Tokens by where they are planted; each has a shape that is known, but for the key in use. */
const planted = {
  script: `ghp_${'s'.repeat(36)}`,
  prompt: `ghp_${'p'.repeat(36)}`,
  file: `ghp_${'f'.repeat(36)}`,
  command: `ghp_${'c'.repeat(36)}`,
  answer: `ghp_${'a'.repeat(36)}`,
  error: `ghp_${'e'.repeat(36)}`,
  key: 'a-key-without-any-known-shape',
};

/** Reads and changes a file with a token in it, has one printed, and says tokens. */
function leak(request: WireRequest): Reply {
  if (promptOf(request).includes('fail')) return fail(400, { message: `bad ${planted.error}` });
  if (request.messages.length > 1) return text(`found ${planted.answer} and ${planted.key}`);
  const edit = { path: 'settings.txt', old_text: 'colour', new_text: 'color' };
  return toolUses([
    { name: 'read_file', input: { path: 'settings.txt' } },
    { name: 'edit_file', input: edit },
    { name: 'run_command', input: { command: 'cat printed.txt' } },
  ]);
}

describe('muster export of a run that met tokens', function () {
  this.timeout(60_000);

  it('lets none of them out, and says what it withholds', async () => {
    const bed = await CliBed.create();
    try {
      const contents = `colour: ${planted.file}\n${'and much more of it\n'.repeat(9)}`;
      await bed.useSample({ 'settings.txt': contents, 'printed.txt': `${planted.command}\n` });
      const source = workflow(`
        // ${planted.script}
        await agent('read ' + args.token);
        await agent.outcome('fail', { retries: 0 });
        await verify({ command: 'cat printed.txt' });`);
      const api = await bed.startModel(leak);
      const script = await bed.writeScript(source);
      const args = ['--args', JSON.stringify({ token: planted.prompt }), '--yes', '--json'];
      const model = ['--provider', 'anthropic', '--base-url', api.baseUrl];
      const setup = ['--setup', 'cat printed.txt settings.txt'];
      const allowed = ['--allow-command', 'cat **', '--unsandboxed', ...setup];
      const env = { ANTHROPIC_API_KEY: planted.key };
      const command = ['run', '--script', script, ...model, ...args, ...allowed];
      const ended = await bed.start(command, { env }).ended;
      assert.equal(ended.exitCode, 0, ended.stderr + ended.stdout);
      const { runId, agents } = readEnd(ended.stdout);
      assert.deepEqual([agents.ok, agents.failed], [1, 1]);
      const file = path.join(bed.root, 'out.tar.gz');
      const exported = await bed.start(['export', runId, '--out', file], { env }).ended;
      assertOk(exported);
      const bytes = gunzipSync(await readFile(file)).toString('latin1');
      for (const [where, token] of Object.entries(planted)) {
        assert.ok(!bytes.includes(token), `${where} is in the archive`);
      }
      const places = ['report.md', 'transcript.jsonl', 'output.log', 'statement.json'];
      const logs = ['command-0001.log', 'setup/0001.log', 'changes.patch'];
      for (const place of [...places, ...logs]) {
        assert.ok(bytes.includes(place), `${place} is not in the archive`);
      }
      assert.match(exported.stdout, /^Withheld: script\.js /mu);
      assert.equal(exported.stdout.match(/^Withheld: blobs\//gmu)?.length, 2);
      assertOk(await bed.run('audit', runId));
    } finally {
      await bed.dispose();
    }
  });
});
