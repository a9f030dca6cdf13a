/** The in-toto statement of a run: what was asked, approved, done, verified and decided, about which bytes. */
import * as z from 'zod';
import { reduceRunEvents } from '../../../protocol/view/reduceRun.ts';
import type { DurableRunEvent, RunEventOf } from '../../../protocol/events/runEvents.ts';
import { Verdict } from '../../../protocol/receipt.ts';
import { countStatuses } from '../../../protocol/view/summarizeRun.ts';
import { PRODUCT_VERSION } from '../../../protocol/host/version.ts';
import type { AuditedDecision } from './auditDecisions.ts';
import type { AuditedFolder, AuditResult } from './auditRun.ts';

const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';

/** Names the form of the predicate below; docs/audit.md describes it. */
const PREDICATE_TYPE = 'https://muster.invalid/attestations/run/v1';

/** Names of the subjects that are no files. */
export const HEAD_SUBJECT = 'journal-head';
export const DECISIONS_HEAD_SUBJECT = 'decisions-head';
export const TREE_SUBJECT = 'proposed-tree';

const Subject = z.object({ name: z.string(), digest: z.record(z.string(), z.string()) });
type Subject = z.infer<typeof Subject>;

/** What is read of a statement when a folder is held against it. */
export const SignedStatement = z.object({
  _type: z.literal(STATEMENT_TYPE),
  predicateType: z.literal(PREDICATE_TYPE),
  subject: z.array(Subject),
  predicate: z.object({ runId: z.string(), verdict: Verdict }),
});
export type SignedStatement = z.infer<typeof SignedStatement>;

/** A file of the archive. */
export interface StatedFile {
  readonly name: string;
  readonly sha256: string;
  /** It holds something that looks like a token, and is not in the archive. */
  readonly isWithheld: boolean;
}

/** The statement as JSON text; the same run and files always give the same. */
export function makeStatement(audited: AuditedFolder, files: readonly StatedFile[]): string {
  const { result } = audited;
  const events = audited.entries.map(({ event }) => event);
  const statement = {
    _type: STATEMENT_TYPE,
    subject: subjectsOf(result, events, files),
    predicateType: PREDICATE_TYPE,
    predicate: {
      runId: result.runId,
      audit: auditOf(result),
      ...predicateOf(events),
      decisions: decisionsOf(audited.decisions),
      applied: result.applied,
      withheld: files.filter(({ isWithheld }) => isWithheld).map(({ name }) => name),
    },
  };
  return `${JSON.stringify(statement, null, 2)}\n`;
}

function subjectsOf(
  result: AuditResult,
  events: readonly DurableRunEvent[],
  files: readonly StatedFile[],
): readonly Subject[] {
  const tree = events.findLast((event) => event.type === 'proposals.changed');
  const { headHash, decisionsHead } = result;
  return [
    { name: HEAD_SUBJECT, digest: { sha256: headHash } },
    ...(decisionsHead === null
      ? []
      : [{ name: DECISIONS_HEAD_SUBJECT, digest: { sha256: decisionsHead } }]),
    ...(tree?.type === 'proposals.changed'
      ? [{ name: TREE_SUBJECT, digest: { sha256: tree.treeHash } }]
      : []),
    ...files.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
  ];
}

function auditOf({ verdict, entries, findings }: AuditResult): object {
  const listed = findings.map(({ severity, file, seq, message }) => ({
    severity,
    file,
    seq,
    message,
  }));
  return { verdict, entries, findings: listed };
}

type Session = RunEventOf<'run.started'> | RunEventOf<'run.resumed'>;

function predicateOf(events: readonly DurableRunEvent[]): object {
  const view = reduceRunEvents(null, events);
  const sessions = events.filter(
    (event): event is Session => event.type === 'run.started' || event.type === 'run.resumed',
  );
  const started = events.find((event) => event.type === 'run.started');
  const queued = events.filter((event) => event.type === 'agent.queued');
  const ended = events.findLast((event) => event.type === 'run.ended');
  return {
    request: started?.request ?? '',
    workflow: view?.meta ?? null,
    state: view?.state ?? null,
    verdict: ended?.verdict ?? 'unverified',
    snapshot: { tree: started?.snapshotTree ?? null, files: started?.snapshotFiles ?? null },
    sessions: sessions.map(sessionOf),
    models: [...new Set(queued.map(({ model }) => model))].sort(),
    agents: view === null ? null : countStatuses(view.agents),
    usage: view === null ? null : { ...view.usage, usd: view.usd },
    proposals: view?.proposals ?? null,
    approvals: { gates: gatesOf(events), commands: commandsOf(events) },
    receipts: events.flatMap(receiptOf),
    versions: { muster: PRODUCT_VERSION },
  };
}

/** What was approved when the run began, or went on. */
function sessionOf({ seq, at, ...session }: Session): object {
  const { scriptSha256, limits, provider, model, approvedCommands, unsandboxed } = session;
  const { productVersion, flags } = session;
  return {
    seq,
    at,
    scriptSha256,
    provider,
    model,
    limits,
    approvedCommands,
    unsandboxed,
    productVersion,
    flags,
  };
}

function gatesOf(events: readonly DurableRunEvent[]): readonly object[] {
  const questions = new Map<number, string>();
  return events.flatMap((event) => {
    if (event.type === 'gate.opened') questions.set(event.gateId, event.question);
    if (event.type !== 'gate.answered') return [];
    const { gateId, approved, note, by, at } = event;
    return [{ question: questions.get(gateId) ?? '', approved, note, by, at }];
  });
}

/** What the user said about commands of agents; what the plan or a list allowed is in the sessions. */
function commandsOf(events: readonly DurableRunEvent[]): readonly object[] {
  const commands = new Map<number, { readonly command: string; readonly cwd: string }>();
  return events.flatMap((event) => {
    if (event.type === 'command.asked') commands.set(event.questionId, event);
    if (event.type !== 'command.answered') return [];
    const { questionId, approved, forRun, by, at } = event;
    const { command = '', cwd = '' } = commands.get(questionId) ?? {};
    return [{ command, cwd, approved, forRun, by, at }];
  });
}

function receiptOf(event: DurableRunEvent): readonly object[] {
  if (event.type !== 'verify.ended' || event.receipt === null) return [];
  const { command, cwd, required, ok, sandbox, exitCode, timedOut, stopped, tests, treeHash } =
    event.receipt;
  const { regressions, fixed } = event.receipt;
  return [
    {
      seq: event.seq,
      command,
      cwd,
      required,
      ok,
      sandbox,
      exitCode,
      timedOut,
      tests,
      ...(stopped === undefined ? {} : { stopped }),
      regressions,
      fixed,
      gitTree: treeHash,
    },
  ];
}

function decisionsOf(decisions: readonly AuditedDecision[]): readonly object[] {
  return decisions.map(({ decision }) => {
    const { type, decisionId, at } = decision;
    switch (decision.type) {
      case 'intent': {
        const { action, undoes, by, writes } = decision;
        return { type, decisionId, at, by, action, undoes, writes };
      }
      case 'outcome':
        return { type, decisionId, at, outcomes: decision.outcomes };
      case 'reject':
      case 'restore':
        return { type, decisionId, at, by: decision.by, hunkIds: decision.hunkIds };
    }
  });
}
