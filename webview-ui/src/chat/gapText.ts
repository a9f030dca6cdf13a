import type { EstimateGap } from '../../../src/protocol/estimate.ts';

const SITUATIONS: Readonly<Record<EstimateGap['stub'], string>> = {
  generous: 'If agents find a lot',
  lean: 'If agents find nothing',
};

/** What one mock run did not see, for people who know of no mock runs. */
export function describeGap({ stub, code, message }: EstimateGap): string {
  const when = SITUATIONS[stub];
  switch (code) {
    case 'threw':
    case 'itemFailed':
      return `${when}, the script fails, and the rest is not counted: ${message}`;
    case 'neverSettles':
      return `${when}, the script never ends: ${message}`;
    case 'wrongCall':
      return `${when}, a call cannot succeed: ${message}`;
    case 'agentCap':
    case 'callCap':
    case 'timeLimit':
      return `${when}, there may be more than counted: ${message}`;
  }
}
