/** Models that scripts and settings may name in one word. Ids change with the provider's line-up. */
const MODELS_BY_ALIAS: Readonly<Record<string, string>> = {
  opus: 'claude-opus-5-5',
  sonnet: 'claude-sonnet-5-5',
  haiku: 'claude-haiku-5-5',
  fable: 'claude-fable-5-1',
  fast: 'claude-haiku-5-5',
};

/** The model for the anthropic provider when nobody chose one: good at edits at a price for hundreds of agents. */
export const DEFAULT_ANTHROPIC_MODEL = 'claude-sonnet-5-5';

export interface ResolvedModel {
  readonly model: string;
  /** Why another model than the named one is used; null when nothing needs to be said. */
  readonly warning: string | null;
}

/** Turns what a script named into a model id; another provider's aliases fall back to its default model. */
export function resolveModel(options: {
  readonly requested: string | undefined;
  readonly provider: string;
  readonly defaultModel: string;
}): ResolvedModel {
  const { requested, provider, defaultModel } = options;
  const name = requested?.trim() ?? '';
  if (name === '' || name === 'default') return { model: defaultModel, warning: null };
  const known = Object.hasOwn(MODELS_BY_ALIAS, name) ? MODELS_BY_ALIAS[name] : undefined;
  // A default model of another maker means another maker's server, which has none of these ids.
  const isClaude = provider === 'anthropic' && defaultModel.startsWith('claude-');
  if (known !== undefined && isClaude) return { model: known, warning: null };
  if (known === undefined && provider !== 'offline') return { model: name, warning: null };
  return {
    model: defaultModel,
    warning: `The provider ${provider} has no model "${name}"; ${defaultModel} is used instead.`,
  };
}
