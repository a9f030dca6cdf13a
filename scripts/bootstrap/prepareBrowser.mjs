// Finds a Chromium that really starts, and writes down which in .vscode-test/browser.json.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {
  BootstrapError,
  findProgram,
  packagedNode,
  probe,
  rootDir,
  run,
  say,
  testToolsDir,
} from './run.mjs';
import { canInstallSystemPackages, installSystemPackages } from './systemPackages.mjs';

const choiceFile = path.join(testToolsDir, 'browser.json');
const scriptsDir = path.join(rootDir, 'scripts/bootstrap');
const startTimeoutMs = 60_000;

const programNames = [
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'chromium',
  'chromium-browser',
  'microsoft-edge',
];
const otherPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
];

/** Makes sure that the tests have a browser. */
export async function prepareBrowser() {
  if (hasChoice()) return;
  mkdirSync(testToolsDir, { recursive: true });
  const choice = installed() ?? (await fromNpm()) ?? (await fromDebian());
  if (choice === undefined) {
    throw new BootstrapError(
      'No browser for the tests: install Chrome or Chromium ("apt-get install chromium") or set ' +
        'MUSTER_BROWSER to the path of one, and try again.',
    );
  }
  say(`browser for tests: ${choice.executablePath}`);
  writeFileSync(choiceFile, `${JSON.stringify(choice, undefined, 2)}\n`);
}

function hasChoice() {
  if (!existsSync(choiceFile)) return false;
  try {
    const { executablePath, env } = JSON.parse(readFileSync(choiceFile, 'utf8'));
    const isAsAsked = [undefined, '', executablePath].includes(process.env.MUSTER_BROWSER);
    return isAsAsked && existsSync(executablePath) && env !== undefined;
  } catch {
    // A torn file is as good as none.
    return false;
  }
}

function installed() {
  const wanted = process.env.MUSTER_BROWSER;
  if (wanted) return starting({ executablePath: wanted, env: {} });
  const found = [...programNames.map((name) => findProgram(name)), ...otherPlaces];
  return firstStarting(
    found
      .filter((file) => file !== undefined && existsSync(file))
      .map((executablePath) => ({ executablePath, env: {} })),
  );
}

/** Unpacks @sparticuz/chromium, which brings the shared libraries and fonts of a bare system. */
async function fromNpm() {
  if (process.platform !== 'linux') return undefined;
  const manifest = path.join(rootDir, 'node_modules/@sparticuz/chromium/package.json');
  if (!existsSync(manifest)) return undefined;
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
  const dir = path.join(testToolsDir, `chromium-${version}`);
  if (!existsSync(dir)) await unpack(dir);
  const executablePath = path.join(dir, 'chromium');
  const fonts = existsSync('/etc/fonts/fonts.conf')
    ? {}
    : { FONTCONFIG_PATH: path.join(dir, 'fonts') };
  return firstStarting([
    { executablePath, env: fonts },
    { executablePath, env: { ...fonts, LD_LIBRARY_PATH: path.join(dir, 'al2023/lib') } },
  ]);
}

// The package unpacks to the temporary folder, where anybody may have left half of it.
async function unpack(dir) {
  const partialDir = `${dir}.partial`;
  rmSync(partialDir, { recursive: true, force: true });
  mkdirSync(partialDir, { recursive: true });
  const script = path.join(scriptsDir, 'unpackChromium.mjs');
  await run([packagedNode(), script], { env: { TMPDIR: partialDir } });
  // The package's own configuration names folders of a machine that this is not.
  writeFileSync(path.join(partialDir, 'fonts/fonts.conf'), fontConfiguration(dir));
  renameSync(partialDir, dir);
}

function fontConfiguration(dir) {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${path.join(dir, 'fonts')}</dir>
  <cachedir>${path.join(dir, 'fonts-cache')}</cachedir>
</fontconfig>
`;
}

async function fromDebian() {
  if (!canInstallSystemPackages() || !(await installSystemPackages(['chromium']))) return undefined;
  return installed();
}

function firstStarting(choices) {
  for (const choice of choices) {
    const found = starting(choice);
    if (found) return found;
  }
  return undefined;
}

function starting(choice) {
  const command = [packagedNode(), path.join(scriptsDir, 'tryBrowser.mjs'), choice.executablePath];
  const { isOk, output } = probe(command, { env: choice.env, timeoutMs: startTimeoutMs });
  if (isOk) return choice;
  say(`${choice.executablePath} does not start: ${output.trim().split('\n')[0] ?? ''}`);
  return undefined;
}
