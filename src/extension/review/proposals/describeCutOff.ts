import type { CutOffApply } from '../../../protocol/proposals.ts';
import { t } from '../../shared/localize.ts';

/** One sentence about an accept or an undo that was cut off. */
export function describeCutOff({ action, written, total }: CutOffApply): string {
  return action === 'accept'
    ? t('An accept was cut off: {0} of {1} files are written.', written, total)
    : t('An undo was cut off: {0} of {1} files are restored.', written, total);
}
