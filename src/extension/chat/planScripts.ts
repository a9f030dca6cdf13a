import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { WorkflowPlan } from '../../protocol/plan.ts';
import { readIfThere } from '../../node/readIfThere.ts';

/** The scripts of plans as files that the user may read and edit before the run. */
export class PlanScripts {
  readonly #folder: string;

  constructor(globalStorageDir: string) {
    this.#folder = path.join(globalStorageDir, 'plans');
  }

  /** Opens the script in an editor; what the user edits there is what runs. */
  async open(plan: WorkflowPlan): Promise<void> {
    const file = this.fileOf(plan.planId);
    if ((await readIfThere(file)) === null) {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(file, plan.script, { mode: 0o600 });
    }
    await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: true });
  }

  /** The script as the user left it, unsaved text included; null when it was never opened. */
  async edited(planId: string): Promise<string | null> {
    const file = this.fileOf(planId);
    const open = vscode.workspace.textDocuments.find((document) => document.uri.fsPath === file);
    return open === undefined ? readIfThere(file) : open.getText();
  }

  /** Where a plan's script lies; the id becomes a plain file name. */
  fileOf(planId: string): string {
    return path.join(this.#folder, `plan-${planId.replaceAll(/[^\w-]/gu, '_')}.js`);
  }
}
