/** What becomes of what a run proposes. */
import * as z from 'zod';
import { ProposalCounts } from '../proposals.ts';
import { Verdict } from '../receipt.ts';
import { durable, head } from './eventHead.ts';
import { FileMark } from './fileMark.ts';

export const ProposalsChanged = z.object({
  type: z.literal('proposals.changed'),
  ...durable,
  treeHash: z.string(),
  counts: ProposalCounts,
  /** Git tree of what is proposed, by which receipts name theirs; absent where nothing was verified. */
  gitTree: z.string().optional(),
  /** The record of the proposals. */
  files: z.array(FileMark).optional(),
});

/** Transient: what the user decided changed what is still proposed; the decisions' own log is what lasts. */
export const ReviewChanged = z.object({
  type: z.literal('review.changed'),
  ...head,
  counts: ProposalCounts,
  verdict: Verdict,
  /** As in the view. */
  proposedTree: z.string().nullable().optional(),
});
