/** Carries out the script's calls of verify(): the run's present tree on disk, a command in it, a receipt. */
import { errorText } from '../../../base/errorText.ts';
import type { FileMark } from '../../../protocol/events/fileMark.ts';
import type { Receipt, TouchedTests } from '../../../protocol/receipt.ts';
import type {
  AsyncCall,
  HostToScript,
  ThrownError,
} from '../../../protocol/threads/scriptMessages.ts';
import { makeReceipt, type BaselineFacts } from '../../evidence/makeReceipt.ts';
import { touchedTests } from '../../evidence/touchedTests.ts';
import type { CommandResult } from '../../ports/commandRunner.ts';
import type { ReportedRun, TestReport } from '../../ports/testReports.ts';
import type { AnswerContext } from '../answers/answerContext.ts';
import { refuseCall } from '../answers/refuseCall.ts';
import type { CommandContext } from '../commands/commandContext.ts';
import type { RunContext } from '../runContext.ts';
import { describeFailure } from '../runErrors.ts';
import { scriptReceipt } from './scriptReceipt.ts';
import { readVerifyCall, type VerifyCall } from './verifyCall.ts';

/** What came of a command on the snapshot; a text says why it could not be run there. */
interface BaselineRun {
  readonly logPath: string;
  readonly result: CommandResult | string;
  readonly report: TestReport | null;
}

/** What one verification is about. */
interface ProposedTree {
  readonly verifyId: number;
  readonly treeHash: string;
  readonly touched: TouchedTests | undefined;
}

/** What verifications need of a run. */
export type VerifyContext = RunContext & AnswerContext & Pick<CommandContext, 'commands' | 'setup'>;

export class VerifyRunner {
  readonly #ctx: VerifyContext;
  /** By command and folder: the snapshot stays as it is, so that once is enough. */
  readonly #baselines = new Map<string, Promise<BaselineRun>>();
  readonly #receipts: Receipt[] = [];
  readonly #unfinished: { readonly command: string; readonly cwd: string }[] = [];
  #lastVerifyId: number;

  constructor(ctx: VerifyContext) {
    this.#ctx = ctx;
    this.#lastVerifyId = ctx.replay?.lastVerifyId ?? 0;
  }

  /** Answers a call with a receipt of an earlier session. */
  deliverRecorded(
    receipt: Receipt,
    call: { readonly callId: number; readonly send: (answer: HostToScript) => void },
  ): void {
    this.#receipts.push(receipt);
    call.send(this.#ctx.deliveries.settle(call.callId, scriptReceipt(receipt)));
  }

  get receipts(): readonly Receipt[] {
    return this.#receipts;
  }

  /** Required commands that could not be run: without them nothing is verified. */
  get unfinished(): readonly { readonly command: string; readonly cwd: string }[] {
    return this.#unfinished;
  }

  async handle(
    callId: number,
    message: Extract<AsyncCall, { method: 'verify' }>,
    send: (answer: HostToScript) => void,
  ): Promise<void> {
    const call = readVerifyCall(message.params, message.phase);
    if (typeof call === 'string') {
      const error = { name: 'Error', message: call };
      await refuseCall(this.#ctx, { callId, method: 'verify', error, mayRetry: false }, send);
      return;
    }
    const refusal = await this.#refusal(call);
    if (refusal !== null) {
      this.#ctx.warn(refusal);
      await this.#refuse({ callId, call, message: refusal }, send);
      return;
    }
    await this.#verify(callId, call, send);
  }

  /** Whoever resumes the run may have taken the cause away. */
  #refuse(
    refused: { readonly callId: number; readonly call: VerifyCall; readonly message: string },
    send: (answer: HostToScript) => void,
  ): Promise<void> {
    const { callId, call, message } = refused;
    const { command, cwd, required } = call;
    if (required) this.#unfinished.push({ command, cwd });
    const error = { name: 'Error', message };
    const verify = { command, cwd, required };
    return refuseCall(this.#ctx, { callId, method: 'verify', error, mayRetry: true, verify }, send);
  }

  async #refusal(call: VerifyCall): Promise<string | null> {
    const approval = await this.#ctx.commands.decideListed(call.command);
    return approval.type === 'allowed' ? null : `verify: ${approval.reason}`;
  }

  async #verify(
    callId: number,
    call: VerifyCall,
    send: (answer: HostToScript) => void,
  ): Promise<void> {
    const { snapshot, snapshots } = this.#ctx.services;
    const { recorder, deliveries, tree } = this.#ctx;
    this.#lastVerifyId += 1;
    const verifyId = this.#lastVerifyId;
    const { label, phase, command, cwd, required } = call;
    // Of the same moment as the tree: agents go on while it is written.
    const touched = touchedTests(
      tree.changedHistories().map(({ path, base, content }) => ({ path, base, proposed: content })),
    );
    let treeHash: string;
    try {
      treeHash = await snapshots.writeTree(snapshot.tree, tree.changes());
    } catch (error) {
      const message = `verify: the tree cannot be written: ${errorText(error)}`;
      await this.#refuse({ callId, call, message }, send);
      return;
    }
    await recorder.record({
      type: 'verify.started',
      verifyId,
      callId,
      label,
      phase,
      treeHash,
      command,
      cwd,
      required,
    });
    try {
      const proposed = { verifyId, treeHash, touched };
      const known = this.#knownReceipt(call, proposed);
      const receipt = known ?? (await this.#runCommand(call, proposed));
      this.#receipts.push(receipt);
      const files = known === null ? await this.#filesOf(receipt) : {};
      const fact = { type: 'verify.ended' as const, verifyId, receipt, error: null, ...files };
      await recorder.record(fact, () => send(deliveries.settle(callId, scriptReceipt(receipt))));
    } catch (error) {
      const info = describeFailure(error);
      if (required) this.#unfinished.push({ command, cwd });
      await recorder.record({ type: 'verify.ended', verifyId, receipt: null, error: info }, () =>
        send(deliveries.fail(callId, this.#ctx.stopError() ?? verifyError(info.message))),
      );
    }
  }

  /** The same command on the same tree need not run again after a resume. */
  #knownReceipt(call: VerifyCall, { verifyId, treeHash, touched }: ProposedTree): Receipt | null {
    const known = this.#ctx.replay?.receipts.findLast(
      (receipt) =>
        receipt.command === call.command &&
        receipt.cwd === call.cwd &&
        receipt.treeHash === treeHash &&
        (receipt.baseline !== undefined) === call.baseline,
    );
    if (known === undefined) return null;
    const { label, phase, required } = call;
    const own = { verifyId, label, phase, required };
    return { ...known, ...own, ...(touched === undefined ? {} : { touched }) };
  }

  async #runCommand(call: VerifyCall, proposed: ProposedTree): Promise<Receipt> {
    const { verifyId, treeHash } = proposed;
    const { commands, store } = this.#ctx.services;
    const logPath = await store.verifyLogPath(verifyId);
    const { command } = call;
    const { result, report } = await this.#runOn(treeHash, call, logPath);
    const receipt = makeReceipt({
      verifyId,
      treeHash,
      logPath,
      result,
      report,
      touched: proposed.touched,
      command,
      label: call.label,
      phase: call.phase,
      cwd: call.cwd,
      required: call.required,
      sandbox: await commands.sandbox(),
      baseline: call.baseline ? await this.#baseline(call, logPath) : undefined,
    });
    const record = JSON.stringify({ ...receipt, results: report?.results ?? [] }, null, 2);
    await store.writeFile(`verify/${String(verifyId).padStart(4, '0')}/receipt.json`, record);
    return receipt;
  }

  /** What was left on the disk beside the receipt, so that the journal vouches for it. */
  async #filesOf({ verifyId }: Receipt): Promise<{ readonly files?: FileMark[] }> {
    const folder = `verify/${String(verifyId).padStart(4, '0')}`;
    const names = ['output.log', 'output.baseline.log', 'receipt.json'];
    const { store } = this.#ctx.services;
    const files = await store.markFiles(names.map((name) => `${folder}/${name}`));
    return files.length === 0 ? {} : { files: [...files] };
  }

  #runOn(treeHash: string, call: VerifyCall, logPath: string): Promise<ReportedRun> {
    const { snapshots, commands, reports } = this.#ctx.services;
    const { command, timeoutMs, cwd, report: format } = call;
    const { signal, setup } = this.#ctx;
    const runIn = async (tree: string): Promise<ReportedRun> => {
      const directory = cwd === '' ? tree : `${tree}/${cwd}`;
      const run = () => commands.run({ command, timeoutMs, logPath, signal, tree, directory });
      if (format === 'none') return { result: await run(), report: null };
      return reports.watch({ command, directory, format }, run);
    };
    return snapshots.withDirectory(treeHash, runIn, setup);
  }

  async #baseline(call: VerifyCall, verifyLogPath: string): Promise<BaselineFacts> {
    const key = JSON.stringify([call.command, call.cwd, call.report]);
    const run = this.#baselines.get(key) ?? this.#runBaseline(call, verifyLogPath);
    this.#baselines.set(key, run);
    return { treeHash: this.#ctx.services.snapshot.tree, ...(await run) };
  }

  // Its folder may be one that an agent made: then there is nothing to compare with, and that is no failure.
  async #runBaseline(call: VerifyCall, verifyLogPath: string): Promise<BaselineRun> {
    const logPath = verifyLogPath.replace(/\.log$/u, '.baseline.log');
    try {
      return { logPath, ...(await this.#runOn(this.#ctx.services.snapshot.tree, call, logPath)) };
    } catch (error) {
      this.#ctx.signal.throwIfAborted();
      return { logPath, result: errorText(error), report: null };
    }
  }
}

function verifyError(message: string): ThrownError {
  return { name: 'Error', message: `verify: ${message}` };
}
