/** Leads every hunk that was applied back to an agent, its prompt, its model, the tree it began with, and the approval. */
import { appendAll } from '../../../base/appendAll.ts';
import { ProposalRecord } from '../../changes/proposalRecord.ts';
import { foldDecisions, type DecidedWrite } from '../../changes/review/decisions.ts';
import { parseJson } from '../../../base/json.ts';
import type { RunEventOf } from '../../../protocol/events/runEvents.ts';
import type { AuditedRun } from './auditArtifacts.ts';
import { DECISIONS_FILE } from './auditDecisions.ts';
import type { Findings } from './auditFinding.ts';
import { lastSession } from './namedFiles.ts';

/** Who stands behind one applied hunk. */
export interface HunkOrigin {
  readonly path: string;
  readonly hunkId: string;
  readonly decisionId: string;
  readonly acceptedBy: string;
  /** The agents behind the hunk; behind the whole file where the hunk is of an earlier version. */
  readonly agents: readonly AgentOrigin[];
}

/** What the journal has about an agent. */
interface AgentOrigin {
  readonly agentId: number;
  readonly model: string;
  readonly promptSha256: string;
  readonly baseTree: string;
  /** The script under which it was asked. */
  readonly scriptSha256: string;
}

/** Everything that was applied and not undone; what leads nowhere goes to the findings. */
export function traceApplied(
  run: AuditedRun,
  proposalsJson: string | null,
  findings: Findings,
): readonly HunkOrigin[] {
  const agents = agentOrigins(run);
  const authors = hunkAuthors(proposalsJson);
  const origins: HunkOrigin[] = [];
  for (const { decisionId, action, by, writes } of foldDecisions(
    run.decisions.map(({ decision }) => decision),
  ).applies) {
    if (action !== 'accept') continue;
    for (const write of writes.filter(({ status, undone }) => status === 'written' && !undone)) {
      const place = { decisionId, acceptedBy: by, path: write.path };
      appendAll(origins, traceWrite({ run, write, place, agents, authors }, findings));
    }
  }
  return origins;
}

interface Trace {
  readonly run: AuditedRun;
  readonly write: DecidedWrite;
  readonly place: Pick<HunkOrigin, 'decisionId' | 'acceptedBy' | 'path'>;
  readonly agents: ReadonlyMap<number, AgentOrigin>;
  readonly authors: ReadonlyMap<string, readonly number[]>;
}

function traceWrite(trace: Trace, findings: Findings): readonly HunkOrigin[] {
  const { run, write, place, agents, authors } = trace;
  const { decisionId, path } = place;
  const ofFile = authorsOfPath(run, path);
  return write.hunkIds.map((hunkId) => {
    const named = authors.get(hunkKey(path, hunkId)) ?? [...ofFile];
    const known = named.flatMap((agentId) => agents.get(agentId) ?? []);
    const isProven = known.length > 0 && known.every(({ agentId }) => ofFile.has(agentId));
    if (!isProven || known.length < named.length) {
      const seq = run.decisions.find(({ decision }) => decision.decisionId === decisionId)?.line;
      const message = `Hunk ${hunkId} of ${path} was applied but cannot be traced to any agent in the journal.`;
      findings.broken(DECISIONS_FILE, message, { line: seq ?? null, seq: seq ?? null });
    }
    return { ...place, hunkId, agents: known };
  });
}

/** Agents that ended well and whose own edits touch the file. */
function authorsOfPath(run: AuditedRun, path: string): ReadonlySet<number> {
  const authors = new Set<number>();
  for (const { event } of run.entries) {
    if (event.type !== 'agent.ended' || event.outcome !== 'ok') continue;
    if (event.changes.some((change) => change.path === path)) authors.add(event.agentId);
  }
  return authors;
}

/** Agents with everything that leads on from them; without a start there is no tree they began with. */
function agentOrigins(run: AuditedRun): ReadonlyMap<number, AgentOrigin> {
  const origins = new Map<number, AgentOrigin>();
  const queued = new Map<number, RunEventOf<'agent.queued'> & { readonly scriptSha256: string }>();
  let scriptSha256 = lastSession(run.entries)?.scriptSha256 ?? '';
  for (const { event } of run.entries) {
    if (event.type === 'run.started' || event.type === 'run.resumed') ({ scriptSha256 } = event);
    if (event.type === 'agent.queued') queued.set(event.agentId, { ...event, scriptSha256 });
    if (event.type !== 'agent.started') continue;
    const asked = queued.get(event.agentId);
    if (asked === undefined) continue;
    const { agentId, model, promptSha256 } = asked;
    const { baseTree } = event;
    origins.set(agentId, {
      agentId,
      model,
      promptSha256,
      baseTree,
      scriptSha256: asked.scriptSha256,
    });
  }
  return origins;
}

/** Authors of every hunk of the last version of each file, and of those that were replaced. */
function hunkAuthors(proposalsJson: string | null): ReadonlyMap<string, readonly number[]> {
  const authors = new Map<string, readonly number[]>();
  for (const { path, current, earlier } of readProposals(proposalsJson)?.files ?? []) {
    for (const { hunks } of [...earlier, current]) {
      for (const { hunkId, agentIds } of hunks) authors.set(hunkKey(path, hunkId), agentIds);
    }
  }
  return authors;
}

function hunkKey(path: string, hunkId: string): string {
  return JSON.stringify([path, hunkId]);
}

// One that cannot be read is found by its hash; the journal alone leads back to the file's agents.
function readProposals(json: string | null): ProposalRecord | null {
  try {
    const record = ProposalRecord.safeParse(json === null ? null : parseJson(json));
    return record.success ? record.data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
