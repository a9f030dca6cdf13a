import { assertNever } from '../../../base/assertNever.ts';
import { loadContent } from '../tree/agentChanges.ts';
import {
  classifyBytes,
  isTextFile,
  mayMix,
  toByteText,
  type ByteClass,
} from '../text/fileContent.ts';
import { sha256Hex } from '../../../node/sha256Hex.ts';
import { mergeParts, type MergePart } from '../text/merge3.ts';
import type { KeptAsideRecord, ProposalRecord } from '../proposalRecord.ts';
import type { ContentSource } from './reviewFile.ts';
import type { FileContent } from '../../ports/fileView.ts';

/** Characters of one side that are shown of one place; the bytes of both sides are in the run's blobs. */
const MAX_SIDE_CHARS = 4000;

/** Places that are shown of one file: who has more to settle opens the file itself. */
const MAX_PLACES = 50;

/** A place of a file where two edits meet, with what each of them made of it. Lines count from 1. */
interface KeptAsidePlace {
  readonly baseStart: number;
  readonly baseLines: number;
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
}

/** An edit that was kept aside, with both sides: `ours` stands in the proposal, `theirs` is the agent's own. */
export interface KeptAsideDescription {
  /** The same in every process. */
  readonly conflictId: string;
  readonly path: string;
  readonly reason: string;
  readonly agentId: number;
  readonly groupTitle: string;
  /** Agents behind `ours`, in the order of their merges. */
  readonly oursAgentIds: readonly number[];
  readonly baseSha256: string | null;
  readonly oursSha256: string | null;
  readonly theirsSha256: string | null;
  /** Empty where the two cannot be laid beside each other line by line: created twice, deleted, binary, modes. */
  readonly places: readonly KeptAsidePlace[];
  /** Places beyond those that are shown. */
  readonly morePlaces: number;
}

/** Describes the edits of a run that did not fit, oldest first; only bytes that the record names are read. */
export async function describeKeptAside(
  record: Pick<ProposalRecord, 'conflicts'>,
  source: ContentSource,
): Promise<readonly KeptAsideDescription[]> {
  const described: KeptAsideDescription[] = [];
  for (const conflict of record.conflicts) described.push(await describe(conflict, source));
  return described;
}

/** The same in every process: who, where, and which three texts. */
export function conflictIdOf(conflict: KeptAsideRecord): string {
  const { path, agentId, base, ours, theirs } = conflict;
  return sha256Hex(JSON.stringify([path, agentId, base, ours, theirs])).slice(0, 20);
}

async function describe(
  conflict: KeptAsideRecord,
  source: ContentSource,
): Promise<KeptAsideDescription> {
  const { path, reason, agentId, groupTitle, oursAgentIds } = conflict;
  const places = await placesOf(conflict, source);
  const [baseSha256, oursSha256, theirsSha256] = [
    conflict.base?.sha256 ?? null,
    conflict.ours?.sha256 ?? null,
    conflict.theirs?.sha256 ?? null,
  ];
  return {
    conflictId: conflictIdOf(conflict),
    path,
    reason,
    agentId,
    groupTitle,
    oursAgentIds,
    baseSha256,
    oursSha256,
    theirsSha256,
    places: places.slice(0, MAX_PLACES),
    morePlaces: Math.max(0, places.length - MAX_PLACES),
  };
}

async function placesOf(
  conflict: KeptAsideRecord,
  source: ContentSource,
): Promise<readonly KeptAsidePlace[]> {
  const sides = await Promise.all(
    [conflict.base, conflict.ours, conflict.theirs].map((ref) => loadContent(ref, source)),
  );
  const [base, ours, theirs] = sides;
  if (!base || !ours || !theirs || ![base, ours, theirs].every(isTextFile)) return [];
  if (!mayMix(ours.bytes, theirs.bytes)) return [];
  const encoding = [base, ours, theirs].map(classOf).includes('latin1') ? 'latin1' : 'utf8';
  const parts = mergeParts({ base: textOf(base), ours: textOf(ours), theirs: textOf(theirs) });
  return parts.flatMap((part) => placeOf(part, encoding));
}

function classOf(content: FileContent): ByteClass {
  return classifyBytes(content.bytes);
}

function textOf(content: FileContent): string {
  return toByteText(content.bytes);
}

function placeOf(part: MergePart, encoding: 'utf8' | 'latin1'): readonly KeptAsidePlace[] {
  switch (part.type) {
    case 'text':
      return [];
    case 'conflict': {
      const { baseStart, baseLines } = part;
      const shown = (byteText: string) => readable(byteText, encoding);
      const [base, ours, theirs] = [shown(part.base), shown(part.ours), shown(part.theirs)];
      return [{ baseStart, baseLines, base, ours, theirs }];
    }
    default:
      return assertNever(part);
  }
}

function readable(byteText: string, encoding: 'utf8' | 'latin1'): string {
  const text = Buffer.from(byteText, 'latin1').toString(encoding).replace('\ufeff', '');
  return text.length <= MAX_SIDE_CHARS ? text : `${text.slice(0, MAX_SIDE_CHARS)}…`;
}
