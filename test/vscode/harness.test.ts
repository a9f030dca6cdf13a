import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('the editor test harness', () => {
  it('runs inside an extension host with a workspace', () => {
    assert.equal(vscode.workspace.workspaceFolders?.length, 1);
    assert.match(vscode.version, /^1\.\d+\.\d+/);
  });

  it('loads the extension under development', () => {
    assert.ok(vscode.extensions.getExtension('muster.muster'));
  });

  it('reports Workspace Trust as granted unless a test asks otherwise', () => {
    assert.equal(vscode.workspace.isTrusted, true);
  });
});
