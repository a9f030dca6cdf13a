const effortLevels = ['low', 'medium', 'high', 'xhigh', 'max'] as const;

export type Effort = (typeof effortLevels)[number];

interface ModelTraits {
  readonly prefix: string;
  readonly efforts: readonly Effort[];
  /** Whether the model may be made to call one certain tool; it may not where thinking is always on. */
  readonly forcedTool: 'allowed' | 'refused';
}

// The longest matching prefix decides, so that dated ids and later versions of a line are covered.
const traitsByPrefix: readonly ModelTraits[] = [
  { prefix: 'claude-opus-4-5', efforts: ['low', 'medium', 'high'], forcedTool: 'allowed' },
  { prefix: 'claude-opus-4-6', efforts: ['low', 'medium', 'high', 'max'], forcedTool: 'allowed' },
  { prefix: 'claude-sonnet-4-6', efforts: ['low', 'medium', 'high', 'max'], forcedTool: 'allowed' },
  { prefix: 'claude-opus-4-7', efforts: effortLevels, forcedTool: 'allowed' },
  { prefix: 'claude-opus-4-8', efforts: effortLevels, forcedTool: 'allowed' },
  { prefix: 'claude-opus-5', efforts: effortLevels, forcedTool: 'allowed' },
  { prefix: 'claude-opus-5-5', efforts: effortLevels, forcedTool: 'refused' },
  { prefix: 'claude-sonnet-5', efforts: effortLevels, forcedTool: 'allowed' },
  { prefix: 'claude-haiku-5', efforts: effortLevels, forcedTool: 'allowed' },
  { prefix: 'claude-fable-5', efforts: effortLevels, forcedTool: 'refused' },
  { prefix: 'claude-mythos', efforts: effortLevels, forcedTool: 'refused' },
];

/** The effort to send: the highest that the model takes up to the wanted one; nothing when it takes none. */
export function effortFor(model: string, wanted: string | undefined): Effort | undefined {
  const wantedRank = effortLevels.findIndex((level) => level === wanted);
  if (wantedRank === -1) return undefined;
  const fitting = effortLevels.slice(0, wantedRank + 1);
  return traitsOf(model)?.efforts.findLast((level) => fitting.includes(level));
}

/** Whether a request may name the one tool that must be called; unknown models are tried. */
export function mayForceTool(model: string): boolean {
  return traitsOf(model)?.forcedTool !== 'refused';
}

function traitsOf(model: string): ModelTraits | undefined {
  return traitsByPrefix
    .filter(({ prefix }) => model.startsWith(prefix))
    .reduce<ModelTraits | undefined>(
      (best, next) => (best !== undefined && best.prefix.length > next.prefix.length ? best : next),
      undefined,
    );
}
