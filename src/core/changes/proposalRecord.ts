import * as z from 'zod';
import { FileProposal, Hunk, ProposalGroup } from '../../protocol/proposals.ts';
import { ContentRef } from '../../protocol/events/contentRef.ts';

/** A hunk as it is stored: what it is, without what was decided about it. */
export const HunkRecord = Hunk.omit({ path: true, state: true, conflictReason: true });
export type HunkRecord = z.infer<typeof HunkRecord>;

/** One proposed state of a file and its hunks against the file's base. */
export const ProposedVersion = z.object({
  kind: FileProposal.shape.kind,
  encoding: FileProposal.shape.encoding,
  proposed: ContentRef.nullable(),
  hunks: z.array(HunkRecord),
});
export type ProposedVersion = z.infer<typeof ProposedVersion>;

/** A file's proposal with the hashes of its texts. */
export const FileRecord = z.object({
  path: z.string(),
  flag: z.string().nullable(),
  base: ContentRef.nullable(),
  current: ProposedVersion,
  /** Versions that later agents replaced, kept because hunks of theirs were accepted. */
  earlier: z.array(ProposedVersion),
});
export type FileRecord = z.infer<typeof FileRecord>;

/** An edit that did not fit on another agent's edit and was kept aside. */
export const KeptAsideRecord = z.object({
  path: z.string(),
  agentId: z.number().int().positive(),
  groupTitle: z.string(),
  reason: z.string(),
  /** Agents behind `ours`, in the order of their merges; runs of older versions do not tell. */
  oursAgentIds: z.array(z.number().int().positive()).default([]),
  base: ContentRef.nullable(),
  ours: ContentRef.nullable(),
  theirs: ContentRef.nullable(),
  /** What the run's tree holds there now; runs of older versions do not tell. */
  current: ContentRef.nullable().optional(),
});
export type KeptAsideRecord = z.infer<typeof KeptAsideRecord>;

/** proposals.json: with the run's blobs and decisions it is all that a review needs, in any process. */
export const ProposalRecord = z.object({
  schemaVersion: z.literal(1),
  runId: z.string(),
  treeHash: z.string(),
  groups: z.array(ProposalGroup),
  files: z.array(FileRecord),
  conflicts: z.array(KeptAsideRecord),
});
export type ProposalRecord = z.infer<typeof ProposalRecord>;
