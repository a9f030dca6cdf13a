import type { Decision } from '../../../protocol/proposals.ts';
import type { FileContent } from '../../ports/fileView.ts';
import { openApplies, type DecidedWrite, type DecisionsState } from './decisions.ts';
import { contentSha256 } from '../text/fileContent.ts';

type Outcome = Extract<Decision, { type: 'outcome' }>;

/**
 * Outcomes for writes that a crash left open, judged by what the files hold now. A file that holds
 * neither the old nor the new bytes counts as refused: nothing is written, and its hunks stay pending.
 */
export async function reconcileOpenApplies(
  state: DecisionsState,
  options: {
    readonly at: number;
    readonly readLive: (path: string) => Promise<FileContent | null>;
  },
): Promise<readonly Outcome[]> {
  const lines: Outcome[] = [];
  for (const { decisionId, writes } of openApplies(state)) {
    const outcomes: Outcome['outcomes'] = [];
    for (const write of writes) {
      if (write.status !== 'open') continue;
      outcomes.push(judge(write, contentSha256(await options.readLive(write.path))));
    }
    lines.push({ type: 'outcome', decisionId, at: options.at, outcomes });
  }
  return lines;
}

function judge(write: DecidedWrite, liveSha256: string | null): Outcome['outcomes'][number] {
  const { path } = write;
  if (liveSha256 === write.afterSha256) return { type: 'written', path };
  const reason =
    liveSha256 === write.beforeSha256
      ? `${path} was not written before the program ended. Accept it again.`
      : `${path} was changed by somebody else around the time the program ended. Look at it, then decide again.`;
  return { type: 'refused', path, reason };
}
