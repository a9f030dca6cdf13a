import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const licenceName = /^(licen[cs]e|copying|notice|third.?party.?notices?)([.-].*)?$/i;
const line = '-'.repeat(80);

/**
 * The text that the licences of bundled packages ask for: name, version, licence and licence files of
 * each npm package that one of these files belongs to. A package that brings no licence file is named
 * with the licence that it declares.
 */
export function thirdPartyLicenses(files, rootDir) {
  const folders = [...new Set(files.map(packageFolderOf).filter((folder) => folder !== undefined))];
  const entries = new Map(folders.map((folder) => entryOf(path.join(rootDir, folder))));
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return [heading(sorted.length), ...sorted.map(([, text]) => text)].join(`\n${line}\n\n`);
}

/** The folder of the package that a bundled file belongs to; undefined for a file of our own. */
function packageFolderOf(file) {
  const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file.replaceAll('\\', '/')) ?? [];
  return folder;
}

function entryOf(folder) {
  const { name, version, license } = JSON.parse(
    readFileSync(path.join(folder, 'package.json'), 'utf8'),
  );
  const title = `${name} ${version}`;
  const declared = `Licence: ${license ?? 'none declared'}`;
  const texts = licenceFilesOf(folder).map((file) => readFileSync(file, 'utf8').trim());
  const body = texts.length > 0 ? texts.join('\n\n') : 'The package brings no licence file.';
  return [title, `${title}\n${declared}\n\n${body}\n`];
}

function licenceFilesOf(folder) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => licenceName.test(name));
  return names.sort().map((name) => path.join(folder, name));
}

function heading(count) {
  return `Muster contains code of ${count} npm packages. These are their licences.\n`;
}
