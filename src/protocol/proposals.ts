import * as z from 'zod';

const HunkState = z.enum(['pending', 'accepted', 'rejected', 'conflict']);

/** One run of changed lines between a file's base and its proposed text. Line numbers count from 1. */
export const Hunk = z.object({
  hunkId: z.string(),
  path: z.string(),
  baseStart: z.number().int().positive(),
  baseLines: z.number().int().nonnegative(),
  proposedStart: z.number().int().positive(),
  proposedLines: z.number().int().nonnegative(),
  added: z.number().int().nonnegative(),
  removed: z.number().int().nonnegative(),
  preview: z.string(),
  agentIds: z.array(z.number().int().positive()),
  groupId: z.string(),
  state: HunkState,
  /** Why it no longer fits; only in the state `conflict`. */
  conflictReason: z.string().optional(),
});
export type Hunk = z.infer<typeof Hunk>;

/**
 * What happens to one file: `modify` is made of hunks; `create`, `delete`, `binary` and `mode` (the
 * executable bit alone) are one whole change and have exactly one hunk that stands for it.
 */
export const FileProposal = z.object({
  path: z.string(),
  kind: z.enum(['modify', 'create', 'delete', 'binary', 'mode']),
  encoding: z.enum(['utf8', 'latin1', 'binary']),
  baseSha256: z.string().nullable(),
  proposedSha256: z.string().nullable(),
  /** Git's mode of the proposed file; of the base where the file is deleted. */
  mode: z.number().int(),
  /** Git's mode before; absent for a new file. */
  baseMode: z.number().int().optional(),
  /** Why this file needs an accept of its own and is never part of a bulk accept; `null` for most. */
  flag: z.string().nullable(),
  hunks: z.array(Hunk),
});
export type FileProposal = z.infer<typeof FileProposal>;

/** A view over hunks that belong together. */
export const ProposalGroup = z.object({ groupId: z.string(), title: z.string() });
export type ProposalGroup = z.infer<typeof ProposalGroup>;

/**
 * One agent's edit of a file that did not fit what other agents had proposed: it was kept aside, is part
 * of no hunk, and waits for a decision of its own.
 */
export const KeptAside = z.object({
  /** The same in every process. */
  conflictId: z.string(),
  path: z.string(),
  reason: z.string(),
  agentId: z.number().int().positive(),
  agentLabel: z.string(),
  groupTitle: z.string(),
  /** Agents behind what stands in the proposal, in the order of their merges. */
  oursAgentIds: z.array(z.number().int().positive()),
  baseSha256: z.string().nullable(),
  oursSha256: z.string().nullable(),
  theirsSha256: z.string().nullable(),
  state: z.enum(['open', 'discarded']),
});
export type KeptAside = z.infer<typeof KeptAside>;

/** An accept or an undo whose process or window ended before it was done. */
export const CutOffApply = z.object({
  decisionId: z.string(),
  action: z.enum(['accept', 'undo']),
  at: z.number(),
  /** Files of it that hold what was planned. */
  written: z.number().int().nonnegative(),
  total: z.number().int().positive(),
  /** Of an accept: the hunks that are still pending, with which it is finished. */
  restHunkIds: z.array(z.string()),
  /** Of an undo: the accept that it was to take back. */
  undoes: z.string().nullable(),
});
export type CutOffApply = z.infer<typeof CutOffApply>;

/** All proposals of a run, with the present state of every hunk. */
export const ProposalSet = z.object({
  runId: z.string(),
  treeHash: z.string(),
  groups: z.array(ProposalGroup),
  files: z.array(FileProposal),
  /** Oldest first, decided ones too. */
  conflicts: z.array(KeptAside),
  /** The last decision, when it was cut off and nothing was decided since. */
  cutOff: CutOffApply.optional(),
});
export type ProposalSet = z.infer<typeof ProposalSet>;

export const ProposalCounts = z.object({
  groups: z.number().int().nonnegative(),
  files: z.number().int().nonnegative(),
  hunks: z.number().int().nonnegative(),
  pending: z.number().int().nonnegative(),
  /** Hunks that no longer fit the live files, and agents' edits that were kept aside and are undecided. */
  conflicts: z.number().int().nonnegative(),
  /** Hunks that are in the workspace; absent when there are none. */
  accepted: z.number().int().positive().optional(),
});
export type ProposalCounts = z.infer<typeof ProposalCounts>;

/** What the user points at; a hunk is selected when any selector names it. */
export const Selection = z.discriminatedUnion('type', [
  z.object({ type: z.literal('all') }),
  z.object({ type: z.literal('groups'), groupIds: z.array(z.string()).min(1) }),
  z.object({ type: z.literal('files'), paths: z.array(z.string()).min(1) }),
  z.object({ type: z.literal('hunks'), hunkIds: z.array(z.string()).min(1) }),
  /** Edits that were kept aside; they are part of nothing else but `all`, and there of a reject only. */
  z.object({ type: z.literal('conflicts'), conflictIds: z.array(z.string()).min(1) }),
]);
export type Selection = z.infer<typeof Selection>;

/** A file's permissions (0o777 at most) and owner as they were before an accept. */
export const FileRights = z.object({
  permissions: z.number().int().nonnegative(),
  owner: z.object({ uid: z.number().int(), gid: z.number().int() }).nullable(),
});
export type FileRights = z.infer<typeof FileRights>;

/** One file write of an apply plan. `null` bytes: the file does not exist (before) or is deleted (after). */
export const PlannedWrite = z.object({
  path: z.string(),
  hunkIds: z.array(z.string()),
  expectedSha256: z.string().nullable(),
  /** Git's mode before, of which the executable bit counts; null where the file does not exist. */
  expectedMode: z.number().int().nullable(),
  newBytesBase64: z.string().nullable(),
  newSha256: z.string().nullable(),
  /** Git's mode afterwards; of a file that is deleted, the one before. */
  mode: z.number().int(),
  /** What an undo gives back beside the bytes; null where the file keeps its own. */
  rights: FileRights.nullable(),
  /** Folders above the file that an accept made, outermost first: an undo removes them when they are empty. */
  emptyFolders: z.array(z.string()),
  /** The file had changed since the snapshot and the hunks were merged into its present text. */
  rebased: z.boolean(),
});
export type PlannedWrite = z.infer<typeof PlannedWrite>;

export const PlanProblem = z.object({
  path: z.string(),
  hunkIds: z.array(z.string()),
  reason: z.string(),
});
export type PlanProblem = z.infer<typeof PlanProblem>;

/** What the apply service has to write, computed by the host; the service only compares, writes and reports. */
export const ApplyPlan = z.object({
  runId: z.string(),
  decisionId: z.string(),
  action: z.enum(['accept', 'undo']),
  writes: z.array(PlannedWrite),
  /** Files that were selected and cannot be written; they stay pending. */
  problems: z.array(PlanProblem),
});
export type ApplyPlan = z.infer<typeof ApplyPlan>;

export const WriteOutcome = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('written'),
    path: z.string(),
    /** What the user has to know all the same, in a sentence. */
    note: z.string().optional(),
  }),
  z.object({ type: z.literal('refused'), path: z.string(), reason: z.string() }),
]);
export type WriteOutcome = z.infer<typeof WriteOutcome>;

/** The unsaved text of an open editor, which counts as the file's present bytes. */
export const OpenBuffer = z.object({ path: z.string(), bytesBase64: z.string() });
export type OpenBuffer = z.infer<typeof OpenBuffer>;

/** One line of decisions.jsonl. `intent` is durable before any byte is written. */
export const Decision = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('intent'),
    decisionId: z.string(),
    at: z.number(),
    action: z.enum(['accept', 'undo']),
    undoes: z.string().nullable(),
    by: z.string(),
    writes: z.array(
      z.object({
        path: z.string(),
        hunkIds: z.array(z.string()),
        beforeSha256: z.string().nullable(),
        afterSha256: z.string().nullable(),
        beforeMode: z.number().int(),
        /** Absent in the logs of older versions, and where the file does not exist afterwards. */
        afterMode: z.number().int().optional(),
        /** Absent in the logs of older versions, and where the file did not exist. */
        beforeRights: FileRights.optional(),
        /** Folders above the file that did not exist, outermost first. */
        madeFolders: z.array(z.string()).optional(),
        /** Of an undo: folders above the file that go when they are empty. */
        emptyFolders: z.array(z.string()).optional(),
      }),
    ),
  }),
  z.object({
    type: z.literal('outcome'),
    decisionId: z.string(),
    at: z.number(),
    outcomes: z.array(WriteOutcome),
    /** Nobody reported it: it was found out from what the files held. */
    reconciled: z.literal(true).optional(),
  }),
  z.object({
    type: z.literal('reject'),
    decisionId: z.string(),
    at: z.number(),
    by: z.string(),
    hunkIds: z.array(z.string()),
    /** Edits that were kept aside; absent in the logs of older versions. */
    conflictIds: z.array(z.string()).optional(),
  }),
  z.object({
    type: z.literal('restore'),
    decisionId: z.string(),
    at: z.number(),
    by: z.string(),
    hunkIds: z.array(z.string()),
    /** Edits that were kept aside; absent in the logs of older versions. */
    conflictIds: z.array(z.string()).optional(),
  }),
]);
export type Decision = z.infer<typeof Decision>;
