/** `muster gate`: a person's answer to a question of a run, whether it still runs or has stopped there. */
import { oneLine } from '../../base/format.ts';
import { RunControl } from '../../protocol/host/hostRpc.ts';
import type { GateView, RunView } from '../../protocol/view/runView.ts';
import type { CliContext, CommonOptions } from '../cliContext.ts';
import { CliError, EXIT, type ExitCode } from '../exitCodes.ts';
import { openRuns } from '../openRuns.ts';
import { report, withOwnedRun } from './controlCommands.ts';
import { findRun } from '../findRun.ts';

export interface GateOptions extends CommonOptions {
  readonly answer: string;
  readonly note?: string | undefined;
  /** Its number; the oldest open one when none is given. */
  readonly gate?: number | undefined;
}

/** Characters of a question in a message. */
const MAX_QUESTION_CHARS = 200;

type Answer = Extract<RunControl, { action: 'answerGate' }>;

/** Resolves when the answer is in the run's journal, or with the process that writes it there. */
export async function gateCommand(
  ctx: CliContext,
  name: string,
  options: GateOptions,
): Promise<ExitCode> {
  const { answer } = options;
  if (answer !== 'approve' && answer !== 'reject') {
    throw new CliError(EXIT.usage, `"${answer}" is not an answer. Use approve or reject.`);
  }
  const found = await openRuns(ctx, options);
  const runId = await findRun(found, name);
  const owner = await found.runs.ownerOf(runId);
  if (owner !== null) {
    const gate = await withOwnedRun(owner, runId, async ({ view, send }) => {
      const chosen = chooseGate(view, options.gate);
      await send(toAnswer(chosen, options));
      return chosen;
    });
    const text = `${describe(gate, answer)} Run ${runId} continues.`;
    report(ctx, options, { runId, action: answer, text });
    return EXIT.ok;
  }
  const gate = chooseGate(await found.runs.view(runId), options.gate);
  await answerEnded(ctx, runId, { options, answer: toAnswer(gate, options) });
  const text = `${describe(gate, answer)} Resume: muster resume ${runId}`;
  report(ctx, options, { runId, action: answer, text });
  return EXIT.ok;
}

/** The answer goes into the journal of a run that nobody runs: who writes there is its owner for a moment. */
async function answerEnded(
  ctx: CliContext,
  runId: string,
  { options, answer }: { readonly options: GateOptions; readonly answer: Answer },
): Promise<void> {
  const { withWorkspace } = await import('../openWorkspace.ts');
  await withWorkspace(ctx, options, ({ runs }) => runs.answerGate(runId, answer));
}

function toAnswer(gate: GateView, options: GateOptions): Answer {
  const { answer, note } = options;
  const { gateId } = gate;
  const approved = answer === 'approve';
  const control = RunControl.safeParse({
    action: 'answerGate',
    gateId,
    approved,
    note: note ?? '',
  });
  if (control.success && control.data.action === 'answerGate') return control.data;
  throw new CliError(EXIT.usage, 'The note is too long. Use at most 4,000 characters.');
}

function chooseGate(view: RunView, gateId: number | undefined): GateView {
  const open = view.gates
    .filter((gate) => gate.approved === null)
    .sort((a, b) => a.openedAt - b.openedAt || a.gateId - b.gateId);
  const { runId, state } = view;
  const [oldest] = state === 'completed' ? [] : open;
  if (oldest === undefined) {
    throw new CliError(EXIT.usage, `Run ${runId} (${state}) has no open gate.`);
  }
  const chosen = gateId === undefined ? oldest : open.find((gate) => gate.gateId === gateId);
  if (chosen !== undefined) return chosen;
  const list = open.map((gate) => `${gate.gateId} "${question(gate)}"`).join(', ');
  throw new CliError(EXIT.usage, `Run ${runId} has no open gate ${gateId ?? ''}. Open: ${list}.`);
}

function describe(gate: GateView, answer: 'approve' | 'reject'): string {
  const done = answer === 'approve' ? 'approved' : 'rejected';
  return `Answered: "${question(gate)}" is ${done}.`;
}

function question(gate: GateView): string {
  return oneLine(gate.question, MAX_QUESTION_CHARS);
}
