import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import * as z from 'zod';
import type { WebviewPage } from './webviewPage.ts';

const require = createRequire(import.meta.url);

const Violations = z.array(
  z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) }),
);

/** Fails with the rule and the element for everything that axe objects to. */
export async function assertAccessible(webview: WebviewPage): Promise<void> {
  const source = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8');
  await webview.page.evaluate(source);
  const found: unknown = await webview.page.evaluate(
    // A webview is a part of a page and needs no heading of the first level.
    `axe.run({ rules: { 'page-has-heading-one': { enabled: false } } }).then((r) => r.violations)`,
  );
  const findings = Violations.parse(found).flatMap(({ id, nodes }) =>
    nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`),
  );
  assert.deepEqual(findings, []);
}
