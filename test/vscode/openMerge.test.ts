import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { workspaceFolder } from '../../src/extension/review/apply/openDocuments.ts';
import { openMerge } from '../../src/extension/review/conflicts/openMerge.ts';

describe('a merge by hand in the editor', () => {
  const folder = workspaceFolder() ?? '';
  let directory = '';

  before(async () => {
    directory = await mkdtemp(path.join(folder, 'merge-'));
  });

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(directory, { recursive: true, force: true });
  });

  it('shows the live file as it is, and neither changes nor saves it', async () => {
    const { file, shown } = await merge('plain.txt', 'mine\n');
    assert.match(await shown, /^Merging: plain\.txt/u);
    assert.equal(await readFile(file, 'utf8'), 'mine\n');
    assert.deepEqual(dirtyFiles(), []);
  });

  it('refuses a file with unsaved text, which the editor would save as it opens', async () => {
    const file = path.join(directory, 'dirty.txt');
    await writeFile(file, 'saved\n');
    const document = await vscode.workspace.openTextDocument(file);
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), 'typed '));
    await assert.rejects(openMerge(await requestFor('dirty.txt')), /unsaved changes\. Save/u);
    assert.deepEqual([document.isDirty, await readFile(file, 'utf8')], [true, 'saved\n']);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  for (const [what, name, text] of [
    ['that holds a conflict marker', 'marked.txt', '<<<<<<< mine\n'],
    ['that is not text', 'binary.txt', 'a\0b'],
    ['that is gone', 'gone.txt', null],
  ] as const) {
    it(`shows two diffs beside each other for a file ${what}`, async () => {
      const { file, shown } = await merge(name, text);
      assert.equal(await shown, `${name}: Ours and Theirs`);
      if (text !== null) assert.equal(await readFile(file, 'utf8'), text);
      assert.deepEqual(dirtyFiles(), []);
    });
  }

  /** Opens the merge and waits for the tab that comes. */
  async function merge(
    name: string,
    text: string | null,
  ): Promise<{ readonly file: string; readonly shown: Promise<string> }> {
    const file = path.join(directory, name);
    if (text !== null) await writeFile(file, text);
    const shown = nextTab();
    await openMerge(await requestFor(name));
    return { file, shown };
  }

  async function requestFor(name: string) {
    const side = async (title: string) => {
      const file = path.join(directory, `${title}-${name}`);
      await writeFile(file, `${title}\n`);
      return { title, uri: vscode.Uri.file(file) };
    };
    const { uri: base } = await side('Base');
    const relative = path.relative(folder, path.join(directory, name)).split(path.sep).join('/');
    return { path: relative, base, ours: await side('Ours'), theirs: await side('Theirs') };
  }
});

function dirtyFiles(): readonly string[] {
  return vscode.workspace.textDocuments
    .filter(({ isDirty }) => isDirty)
    .map(({ fileName }) => fileName);
}

/** The label of the next tab that opens or becomes another one; the test's own deadline ends the wait. */
function nextTab(): Promise<string> {
  return new Promise((resolve) => {
    const subscription = vscode.window.tabGroups.onDidChangeTabs(({ opened, changed }) => {
      const tab = [...opened, ...changed].find(({ isActive }) => isActive);
      if (tab === undefined) return;
      subscription.dispose();
      resolve(tab.label);
    });
  });
}
