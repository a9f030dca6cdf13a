import type { FileProposal } from '../../../protocol/proposals.ts';
import { activeProposal } from '../proposals/proposalDiff.ts';
import type { ProposalModel } from '../proposals/proposalModel.ts';

/** The file whose diff is in the active tab, or null; its run becomes the one under review. */
export async function activeFile(model: ProposalModel): Promise<FileProposal | null> {
  const active = activeProposal();
  if (active === null) return null;
  if (model.runId?.toLowerCase() !== active.runId.toLowerCase()) model.choose(active.runId);
  const set = await model.load();
  return set?.files.find((file) => file.path === active.path) ?? null;
}
