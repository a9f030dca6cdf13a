import { carryOutPlan } from '../../../apply/carryOutPlan.ts';
import type { ApplySite } from '../../../apply/writePlanned.ts';
import { Mutex } from '../../../base/mutex.ts';
import type { ApplyPlan, WriteOutcome } from '../../../protocol/proposals.ts';
import { t } from '../../shared/localize.ts';

/** What the service needs to know of the editor. */
export interface ApplyServiceOptions {
  /** The folder that plans' paths are relative to; null when none is open. */
  readonly folder: () => string | null;
  readonly findUnsaved: NonNullable<ApplySite['findUnsaved']>;
}

/** Carries out apply plans in the editor's window, one after the other: what an editor holds unsaved is changed there. */
export class ApplyService {
  readonly #options: ApplyServiceOptions;
  readonly #turn = new Mutex();

  constructor(options: ApplyServiceOptions) {
    this.#options = options;
  }

  /** Writes what the plan says; one file's refusal or failure never stops the others. */
  carryOut(plan: ApplyPlan): Promise<readonly WriteOutcome[]> {
    return this.#turn.run(async () => {
      const folder = this.#options.folder();
      if (folder === null) return plan.writes.map(({ path }) => refused(path));
      return carryOutPlan(plan, { folder, findUnsaved: this.#options.findUnsaved });
    });
  }
}

function refused(path: string): WriteOutcome {
  return { type: 'refused', path, reason: t('No folder is open.') };
}
