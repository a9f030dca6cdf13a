import type { ProviderConfig, ProviderId } from '../../protocol/host/hostRpc.ts';
import { t } from '../shared/localize.ts';
import type { Settings } from './settings.ts';

/** Which provider the next run uses, and how the user is told. */
export interface ResolvedProvider {
  readonly config: ProviderConfig;
  readonly label: string;
  readonly modelLabel: string;
  /** Why nothing can be planned with it, or null. */
  readonly problem: string | null;
}

/** `auto` means Anthropic when there is a key, else the rule-based offline provider. */
export function resolveProvider(
  settings: Pick<Settings, 'provider' | 'model' | 'baseUrl' | 'prices'>,
  apiKey: string | null,
): ResolvedProvider {
  const provider = chooseProvider(settings.provider, apiKey);
  const isOffline = provider === 'offline';
  return {
    config: {
      provider,
      baseUrl: isOffline ? null : settings.baseUrl,
      model: isOffline ? null : settings.model,
      apiKey: isOffline ? null : apiKey,
      prices: settings.prices,
    },
    label: isOffline ? t('Offline (no AI)') : t('Anthropic'),
    modelLabel: isOffline ? t('rules') : (settings.model ?? t('default model')),
    problem: !isOffline && apiKey === null ? t('No Anthropic API key is set.') : null,
  };
}

function chooseProvider(setting: Settings['provider'], apiKey: string | null): ProviderId {
  if (setting !== 'auto') return setting;
  return apiKey === null ? 'offline' : 'anthropic';
}
