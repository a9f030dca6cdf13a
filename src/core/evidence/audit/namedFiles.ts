/** What a journal and its decisions say about the files beside them. */
import type { DurableRunEvent, RunEventOf } from '../../../protocol/events/runEvents.ts';
import type { ValueRef } from '../../../protocol/events/valueRef.ts';
import type { FileMark } from '../../../protocol/events/fileMark.ts';
import type { AuditedDecision } from './auditDecisions.ts';
import type { AuditedEntry } from './auditJournal.ts';

/** Every blob that an entry or a decision refers to, with the first that does. */
export function blobsNamed(
  entries: readonly AuditedEntry[],
  decisions: readonly AuditedDecision[],
): ReadonlyMap<string, string> {
  const named = new Map<string, string>();
  const add = (sha256: string | null | undefined, by: string): void => {
    if (sha256 != null && !named.has(sha256)) named.set(sha256, by);
  };
  for (const { event } of entries) {
    for (const sha256 of blobsOf(event)) add(sha256, `entry ${event.seq} of the journal`);
  }
  for (const { line, decision } of decisions) {
    if (decision.type !== 'intent') continue;
    for (const { beforeSha256, afterSha256 } of decision.writes) {
      add(beforeSha256, `decision ${line}`);
      add(afterSha256, `decision ${line}`);
    }
  }
  return named;
}

function blobsOf(event: DurableRunEvent): readonly (string | null)[] {
  if (event.type === 'run.ended') return [blobOf(event.result)];
  if (event.type !== 'agent.ended') return [];
  const contents = event.changes.flatMap(({ base, proposed }) => [base, proposed]);
  return [
    blobOf(event.value),
    blobOf(event.reads),
    ...contents.map((content) => content?.sha256 ?? null),
  ];
}

function blobOf(ref: ValueRef | null): string | null {
  return ref?.type === 'blob' ? ref.sha256 : null;
}

/** A file as the last entry that speaks about it says it was. */
export interface MarkedFile {
  readonly mark: FileMark;
  readonly seq: number;
  readonly line: number;
  /** Whether it may have grown since: its agent began once more. */
  readonly mayHaveGrown: boolean;
}

/** The newest mark of every file. */
export function filesMarked(entries: readonly AuditedEntry[]): ReadonlyMap<string, MarkedFile> {
  const marked = new Map<string, MarkedFile>();
  for (const { line, event } of entries) {
    for (const mark of marksOf(event)) {
      marked.set(mark.name, { mark, seq: event.seq, line, mayHaveGrown: false });
    }
    if (event.type !== 'agent.started') continue;
    // It is written anew when the agent ends, and taken away when there is none.
    marked.delete(patchName(event.agentId));
    const transcript = transcriptName(event.agentId);
    const known = marked.get(transcript);
    if (known !== undefined) marked.set(transcript, { ...known, mayHaveGrown: true });
  }
  return marked;
}

function marksOf(event: DurableRunEvent): readonly FileMark[] {
  switch (event.type) {
    case 'agent.ended':
    case 'verify.ended':
    case 'command.ended':
    case 'setup.ended':
    case 'proposals.changed':
      return event.files ?? [];
    default:
      return [];
  }
}

/** Where an agent's transcript lies. */
export function transcriptName(agentId: number): string {
  return `agents/${String(agentId).padStart(4, '0')}/transcript.jsonl`;
}

/** Where the patch of what an agent changed lies. */
export function patchName(agentId: number): string {
  return `agents/${String(agentId).padStart(4, '0')}/changes.patch`;
}

/** The last session's approval of a script. */
export function lastSession(
  entries: readonly AuditedEntry[],
): RunEventOf<'run.started'> | RunEventOf<'run.resumed'> | null {
  const events = entries.map(({ event }) => event);
  return (
    events.findLast(
      (event): event is RunEventOf<'run.started'> | RunEventOf<'run.resumed'> =>
        event.type === 'run.started' || event.type === 'run.resumed',
    ) ?? null
  );
}
