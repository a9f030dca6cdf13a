import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';

const extensionId = 'muster.muster';

interface Manifest {
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] };
  };
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string }[];
  };
}

describe('the extension in the editor', () => {
  const extension = vscode.extensions.getExtension(extensionId);

  before(async () => {
    await extension?.activate();
  });

  it('is found and activates', () => {
    assert.equal(extension?.isActive, true);
  });

  it('has a handler for every command of its manifest, and none besides', async () => {
    const registered = await vscode.commands.getCommands(true);
    const own = registered.filter((command) => /^muster\.[a-zA-Z]+$/u.test(command));
    const declared = manifest().contributes.commands.map(({ command }) => command);
    assert.deepEqual(own.sort(), [...declared].sort());
  });

  it('shows a text and no placeholder for every string of its manifest', () => {
    const text = JSON.stringify(extension?.packageJSON);
    assert.deepEqual(text.match(/%[\w.]+%/gu), null);
  });

  it('lets no setting that names a program, an address or money be set by an untrusted folder', () => {
    const { restrictedConfigurations } = manifest().capabilities.untrustedWorkspaces;
    for (const name of ['baseUrl', 'provider', 'host.stateDirectory', 'limits.maxUsd']) {
      assert.ok(restrictedConfigurations.includes(`muster.${name}`), name);
    }
  });

  it('says at once what a command needs when there is nothing to act on', async () => {
    await vscode.commands.executeCommand('muster.refreshProposals');
  });

  function manifest(): Manifest {
    assert.ok(extension);
    const file = path.join(extension.extensionPath, 'package.json');
    // The repository's own manifest; its shape is what this test is about.
    return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  }
});
