import { carryOutPlan } from '../../../src/apply/carryOutPlan.ts';
import { ApplyService } from '../../../src/extension/review/apply/applyService.ts';
import type { ApplyPlan, WriteOutcome } from '../../../src/protocol/proposals.ts';

type CarryOut = (folder: string, plan: ApplyPlan) => Promise<readonly WriteOutcome[]>;

/** Both ways in which a user has a plan carried out. What holds for one holds for the other. */
export const faces: Readonly<Record<'the command line' | 'the editor', CarryOut>> = {
  'the command line': (folder, plan) => carryOutPlan(plan, { folder }),
  'the editor': (folder, plan) => {
    return new ApplyService({ folder: () => folder, findUnsaved: () => null }).carryOut(plan);
  },
};
