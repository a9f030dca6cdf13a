import { plural } from '../../../base/format.ts';
import { t } from '../../shared/localize.ts';
import type { ApplyResult } from '../proposals/proposalModel.ts';

/** One sentence on what an accept or an undo did and did not do. */
export function summarizeApply(result: ApplyResult): string {
  const written = new Set(result.writtenPaths).size;
  const failed = new Set(result.problems.map(({ path }) => path)).size;
  const first = result.problems[0];
  const files = plural(written + failed, 'file');
  const isUndo = result.action === 'undo';
  if (first === undefined) {
    return isUndo ? t('Undid the changes in {0}.', files) : t('Applied changes in {0}.', files);
  }
  const reason =
    failed === 1 ? `${first.path}: ${first.reason}` : t('{0} were not written.', failed);
  return isUndo
    ? t('Undid {0} of {1}. {2}', written, files, reason)
    : t('Applied {0} of {1}. The rest is still pending. {2}', written, files, reason);
}
