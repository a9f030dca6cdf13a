import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { readZip } from '../support/readZip.ts';
import { packageMuster } from '../support/vscode/packagedExtensions.ts';
import { repositoryDir } from '../support/vscode/paths.ts';

/** What a command's sandbox is made of; without it the extension has no walls on Linux. */
const sandboxFile = /^extension\/dist\/(?:sandbox-runtime\.mjs|vendor\/)/u;
const maxBytes = 3_000_000;

describe('The packaged extension', function () {
  this.timeout(120_000);
  let files: ReadonlyMap<string, Buffer>;
  let readme = '';

  before(async () => {
    files = readZip(await readFile(await packageMuster()));
    readme = contentOf('extension/readme.md').toString();
  });

  function contentOf(name: string): Buffer {
    return files.get(name) ?? assert.fail(`${name} is not in ${[...files.keys()].join(', ')}`);
  }

  it('has its own licence and those of all that is bundled', async () => {
    const licences = path.join(repositoryDir, 'dist/THIRD_PARTY_LICENSES.txt');
    assert.deepEqual(
      contentOf('extension/dist/THIRD_PARTY_LICENSES.txt'),
      await readFile(licences),
    );
    assert.match(contentOf('extension/LICENSE.txt').toString(), /MIT License/u);
  });

  it('has no source, no source map, no test and no package', () => {
    const others = [...files.keys()].filter((name) =>
      /\.(?:map|ts|tsx)$|node_modules|\/(?:src|test|scripts|out)\//u.test(name),
    );
    assert.deepEqual(others, ['extension/media/muster-workflow.d.ts']);
  });

  it('has a page with the words of README.md and no picture that the editor would not load', async () => {
    const source = await readFile(path.join(repositoryDir, 'README.md'), 'utf8');
    assert.ok(source.includes('![A plan card](media/screenshots/plan-dark.webp)'));
    assert.doesNotMatch(readme, /!\[|light theme/u);
    const headingsOf = (text: string): readonly string[] => text.match(/^#+ .*$/gmu) ?? [];
    assert.deepEqual(headingsOf(readme), headingsOf(source));
    assert.match(readme, /^1\. \*\*Ask\.\*\* .*\n2\. \*\*Approve/mu);
  });

  it('has no link on its page that leads to a file', () => {
    const links = [...readme.matchAll(/\]\(([^)]+)/gu)].map(([, target = '']) => target);
    assert.deepEqual(
      links.filter((target) => !/^(?:https?:|#)/u.test(target)),
      [],
    );
    assert.match(readme, /^- ARCHITECTURE\.md: the map/mu);
  });

  it('stays under 3 MB without what the sandbox is made of', () => {
    const bytes = [...files]
      .filter(([name]) => !sandboxFile.test(name))
      .reduce((total, [, content]) => total + deflateRawSync(content).length, 0);
    assert.ok(bytes < maxBytes, `${bytes} bytes`);
  });
});
