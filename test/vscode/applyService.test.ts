import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ApplyPlan, WriteOutcome } from '../../src/protocol/proposals.ts';
import { ApplyService } from '../../src/extension/review/apply/applyService.ts';
import {
  findUnsavedDocument,
  readOpenBuffers,
  workspaceFolder,
} from '../../src/extension/review/apply/openDocuments.ts';

describe('the apply service in the editor', () => {
  const service = new ApplyService({ folder: workspaceFolder, findUnsaved: findUnsavedDocument });
  const folder = workspaceFolder() ?? '';
  let directory = '';

  before(async () => {
    directory = await mkdtemp(path.join(folder, 'apply-'));
  });

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(directory, { recursive: true, force: true });
  });

  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('changes a file with unsaved text in the editor only, and leaves it unsaved', async () => {
    const { file, relative } = await createFile('dirty.txt', 'one\r\ntwo\r\nthree');
    const document = await typeInto(file, 'zero\r\n');
    const outcomes = await apply(
      relative,
      'zero\r\none\r\ntwo\r\nthree',
      'zero\r\none\r\n2\r\nthree',
    );
    assert.deepEqual(outcomes, [{ type: 'written', path: relative }]);
    assert.deepEqual(
      { text: document.getText(), isDirty: document.isDirty, disk: await readFile(file, 'utf8') },
      { text: 'zero\r\none\r\n2\r\nthree', isDirty: true, disk: 'one\r\ntwo\r\nthree' },
    );
  });

  it('keeps the byte order mark of a file with unsaved text out of the text', async () => {
    const { file, relative } = await createFile('bom.txt', '\uFEFFone\ntwo\n');
    const document = await typeInto(file, 'zero\n');
    const outcomes = await apply(relative, '\uFEFFzero\none\ntwo\n', '\uFEFFzero\none\n2\n');
    assert.deepEqual(outcomes, [{ type: 'written', path: relative }]);
    assert.equal(document.getText(), 'zero\none\n2\n');
    await document.save();
    assert.equal(await readFile(file, 'utf8'), '\uFEFFzero\none\n2\n');
  });

  it('refuses when the unsaved text is not what the decision was made on', async () => {
    const { file, relative } = await createFile('typed.txt', 'one\n');
    const document = await typeInto(file, 'x');
    const outcomes = await apply(relative, 'one\n', 'two\n');
    assert.deepEqual(typesOf(outcomes), ['refused']);
    assert.deepEqual([document.getText(), await readFile(file, 'utf8')], ['xone\n', 'one\n']);
  });

  it('refuses to delete a file with unsaved text', async () => {
    const { file, relative } = await createFile('kept.txt', 'one\n');
    await typeInto(file, 'x');
    assert.deepEqual(typesOf(await apply(relative, 'xone\n', null)), ['refused']);
    assert.equal(await readFile(file, 'utf8'), 'one\n');
  });

  it('writes exact bytes under an open file without unsaved text, and the editor follows', async () => {
    const { file, relative } = await createFile('open.txt', 'a\r\nb\nc');
    const document = await vscode.workspace.openTextDocument(file);
    await vscode.window.showTextDocument(document);
    const followed = textBecomes(document, /B/u);
    const outcomes = await apply(relative, 'a\r\nb\nc', 'a\r\nB\nc');
    assert.deepEqual(outcomes, [{ type: 'written', path: relative }]);
    assert.equal(await readFile(file, 'utf8'), 'a\r\nB\nc');
    await followed;
    assert.equal(document.isDirty, false);
  });

  it('hands over unsaved texts as the bytes that saving would write', async () => {
    const { file, relative } = await createFile('buffer.txt', 'one\r\n');
    await typeInto(file, 'zero\r\n');
    const buffer = (await readOpenBuffers()).find((item) => item.path === relative);
    const text = Buffer.from(buffer?.bytesBase64 ?? '', 'base64').toString('utf8');
    assert.equal(text, 'zero\r\none\r\n');
  });

  async function createFile(
    name: string,
    text: string,
  ): Promise<{ readonly file: string; readonly relative: string }> {
    const file = path.join(directory, name);
    await writeFile(file, text);
    return { file, relative: path.relative(folder, file).split(path.sep).join('/') };
  }

  async function typeInto(file: string, text: string): Promise<vscode.TextDocument> {
    const document = await vscode.workspace.openTextDocument(file);
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), text));
    assert.equal(document.isDirty, true);
    return document;
  }

  function apply(
    relative: string,
    before: string | null,
    after: string | null,
  ): Promise<readonly WriteOutcome[]> {
    return service.carryOut(planOf(relative, before, after));
  }
});

function typesOf(outcomes: readonly WriteOutcome[]): readonly string[] {
  return outcomes.map((outcome) => outcome.type);
}

function planOf(relative: string, before: string | null, after: string | null): ApplyPlan {
  return {
    runId: 'run',
    decisionId: 'decision',
    action: 'accept',
    problems: [],
    writes: [
      {
        path: relative,
        hunkIds: ['h1'],
        expectedSha256: sha256(before),
        expectedMode: before === null ? null : 0o100644,
        newBytesBase64: after === null ? null : Buffer.from(after).toString('base64'),
        newSha256: sha256(after),
        mode: 0o100644,
        rebased: false,
        rights: null,
        emptyFolders: [],
      },
    ],
  };
}

function sha256(text: string | null): string | null {
  return text === null ? null : createHash('sha256').update(text).digest('hex');
}

/** Resolves when the document has this text; the test's own deadline ends the wait. */
function textBecomes(document: vscode.TextDocument, pattern: RegExp): Promise<void> {
  return new Promise((resolve) => {
    const subscription = vscode.workspace.onDidChangeTextDocument((event) => {
      if (event.document !== document || !pattern.test(document.getText())) return;
      subscription.dispose();
      resolve();
    });
  });
}
