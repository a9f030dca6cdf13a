import { promptParts } from './agentPrompt.ts';
import type { Scope } from './findScope.ts';
import type { RuleName } from './rules.ts';

const neverTouched = [
  '**/node_modules/**',
  '**/dist/**',
  '**/build/**',
  '**/coverage/**',
  '**/vendor/**',
  '**/*.min.js',
];
const tests = ['**/test/**', '**/tests/**', '**/__tests__/**', '**/*.test.js', '**/*.spec.js'];

// The same for every request, once rules, excluded and found are known.
const work = `// More agents than this are beyond the limit of a run.
const paths = found.slice(0, 1000);
if (found.length > paths.length) log(\`Left out: \${found.length - paths.length} files over the limit\`);
if (paths.length === 0) {
  log('There is no JavaScript file to modernise');
  return { changed: [], unchanged: 0, failed: [], verified: null };
}

const folderOf = (path) => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : 'top level');

phase('Modernise');
log(\`\${paths.length} files, \${rules.length} rules: \${rules.join(', ')}\`);
const answers = await parallel(
  paths.map((path) => () =>
    agent(\`${promptParts.beforePath}\${path}${promptParts.beforeRules}\${rules.join(', ')}${promptParts.end}\`, {
      label: path,
      phase: 'Modernise',
      group: folderOf(path),
      writes: [path],
    }),
  ),
);

const changed = paths.filter((path, index) => / changed /.test(answers[index] ?? ''));
const failed = paths.filter((path, index) => (answers[index] ?? 'Cannot').startsWith('Cannot'));
const unchanged = paths.length - changed.length - failed.length;
for (const path of failed) {
  log(\`\${path}: \${answers[paths.indexOf(path)] ?? 'the agent failed'}\`);
}
log(\`\${changed.length} changed, \${unchanged} unchanged, \${failed.length} failed\`);

const hasTests = () => {
  try {
    return Boolean(JSON.parse(read('package.json')).scripts?.test);
  } catch {
    return false;
  }
};

let verified = null;
if (changed.length > 0 && hasTests()) {
  phase('Verify');
  try {
    const receipt = await verify('npm test');
    verified = receipt.ok;
    log(receipt.ok ? 'npm test passed' : \`npm test failed with exit code \${receipt.exitCode}\`);
  } catch (error) {
    log(\`npm test was not run, so nothing was verified: \${error.message}\`);
  }
} else if (changed.length > 0) {
  log('package.json has no test script, so nothing was verified');
}

return { changed, unchanged, failed, verified };
`;

/** Writes the workflow that modernises a workspace by rule, one agent per file. */
export function writeWorkflow(options: {
  readonly rules: readonly RuleName[];
  readonly scope: Extract<Scope, { type: 'found' }>;
  readonly tests: 'included' | 'excluded';
}): string {
  const { rules, scope } = options;
  const excluded = [
    ...neverTouched,
    ...(options.tests === 'included' ? [] : tests),
    ...scope.excluded,
  ];
  return `export const meta = {
  name: 'modernise-javascript',
  description: ${quoted(`Applies ${rules.length} mechanical rules to JavaScript files, one agent per file, without AI.`)},
  phases: [
    { title: 'Modernise', detail: 'one agent per file, edits grouped by folder' },
    { title: 'Verify', detail: 'npm test, when the project has tests' },
  ],
};

// Each agent applies these rules to one file, one after the other. No model is asked.
const rules = [${rules.map(quoted).join(', ')}];

const excluded = [
${excluded.map((glob) => `  ${quoted(glob)},`).join('\n')}
];
${selection(scope)}
${work}`;
}

function selection(scope: Extract<Scope, { type: 'found' }>): string {
  if (scope.folders.length + scope.files.length === 0)
    return "const found = files('**/*.js', { exclude: excluded });";
  const globs = scope.folders.map((folder) => `${folder}/**/*.js`);
  const searched = globs.map((glob) => `...files(${quoted(glob)}, { exclude: excluded })`);
  // A file that the request names is taken even where its kind is excluded.
  const items = [...searched, ...scope.files.map(quoted)];
  return `const found = [\n  ...new Set([\n${items.map((item) => `    ${item},`).join('\n')}\n  ]),\n].sort();`;
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n')}'`;
}
