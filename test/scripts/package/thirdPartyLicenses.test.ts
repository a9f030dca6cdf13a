import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { thirdPartyLicenses } from '../../../scripts/package/thirdPartyLicenses.mjs';

const distDirectory = path.resolve(import.meta.dirname, '../../../dist');

describe('The licences of bundled packages', () => {
  it('are in dist for every package that a source map names', async () => {
    const text = await readFile(path.join(distDirectory, 'THIRD_PARTY_LICENSES.txt'), 'utf8');
    const names = await packagesInMaps();
    assert.ok(names.includes('zod') && names.includes('quickjs-wasi'), names.join(', '));
    assert.ok(names.includes('@vscode/codicons') && names.includes('preact'), names.join(', '));
    const missing = names.filter((name) => !text.includes(`\n${name} `));
    assert.deepEqual(missing, []);
  });

  it('come with name, version, licence and every licence file of a package', async () => {
    await withPackages((root) => {
      const files = ['node_modules/plain/a.js', 'node_modules/@scope/plain/lib/b.js', 'src/own.ts'];
      const text = thirdPartyLicenses(files, root);
      assert.match(text, /^Muster contains code of 2 npm packages\./u);
      assert.match(text, /^plain 1\.2\.3\nLicence: MIT\n\nMIT text\n\nNotice text\n/mu);
      assert.match(text, /^@scope\/plain 4\.5\.6\nLicence: Apache-2\.0\n\nApache text\n/mu);
    });
  });

  it('name a package that brings no licence file, with the licence that it declares', async () => {
    await withPackages((root) => {
      const text = thirdPartyLicenses(['node_modules/bare/index.js'], root);
      const said = 'bare 0.0.1\nLicence: BSD-2-Clause\n\nThe package brings no licence file.\n';
      assert.ok(text.includes(`\n${said}`), text);
    });
  });

  it('are found for a package inside another one', async () => {
    await withPackages((root) => {
      const text = thirdPartyLicenses(['node_modules/plain/node_modules/inner/i.js'], root);
      assert.match(text, /^inner 7\.8\.9\nLicence: ISC\n/mu);
    });
  });
});

const SourceMap = z.object({ sources: z.array(z.string()) });

/** What esbuild says beside each bundle, apart from the list that the build makes the licences of. */
async function packagesInMaps(): Promise<readonly string[]> {
  const files = await readdir(distDirectory, { recursive: true });
  const names = new Set<string>();
  for (const file of files.filter((name) => name.endsWith('.map'))) {
    const json = await readFile(path.join(distDirectory, file), 'utf8');
    for (const source of SourceMap.parse(JSON.parse(json)).sources) {
      const [, name] = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/u.exec(source) ?? [];
      if (name !== undefined) names.add(name);
    }
  }
  return [...names].sort();
}

async function withPackages(task: (root: string) => void): Promise<void> {
  const root = await mkdtemp(path.join(tmpdir(), 'muster-licences-'));
  const files = {
    'plain/package.json': '{ "name": "plain", "version": "1.2.3", "license": "MIT" }',
    'plain/LICENSE': 'MIT text\n',
    'plain/NOTICE.md': 'Notice text\n',
    'plain/node_modules/inner/package.json':
      '{ "name": "inner", "version": "7.8.9", "license": "ISC" }',
    '@scope/plain/package.json':
      '{ "name": "@scope/plain", "version": "4.5.6", "license": "Apache-2.0" }',
    '@scope/plain/license.txt': 'Apache text\n',
    'bare/package.json': '{ "name": "bare", "version": "0.0.1", "license": "BSD-2-Clause" }',
  };
  try {
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(root, 'node_modules', name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, content);
    }
    task(root);
  } finally {
    await rm(root, { recursive: true });
  }
}
