import { defectCases } from './realisticDefects.ts';
import { dialectCases } from './realisticDialect.ts';
import { patternCases } from './realisticPatterns.ts';
import type { SteppedSetting } from './steppedRun.ts';

type Expected = readonly [status: 'completed' | 'failed', agents: number];

/** A script, what surrounds it, and how it ends: the run's status and the number of agents. */
export interface RealisticCase {
  readonly script: string;
  /** Tells settings of one script apart; part of the golden file's name. */
  readonly variant?: string | undefined;
  readonly setting?: SteppedSetting | undefined;
  readonly answering: Expected;
  readonly failing: Expected;
}

export const realisticCases: readonly RealisticCase[] = [
  ...patternCases,
  ...dialectCases,
  ...defectCases,
];

/** Name of a case, and of its golden file. */
export function caseName({ script, variant }: RealisticCase): string {
  return variant === undefined ? script : `${script}.${variant}`;
}
