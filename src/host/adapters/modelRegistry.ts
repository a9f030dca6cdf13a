import { AdaptiveWindow } from '../../core/run/requests/adaptiveWindow.ts';
import { Governor } from '../../core/run/requests/governor.ts';
import { DEFAULT_ANTHROPIC_MODEL } from '../../core/planner/modelAliases.ts';
import type { Clock, Random } from '../../core/ports/clock.ts';
import type { ModelClient } from '../../core/ports/modelClient.ts';
import type { ProviderConfig } from '../../protocol/host/hostRpc.ts';
import { openAnthropicClient } from './anthropic/openAnthropicClient.ts';
import { createOfflineClient } from './offline/createOfflineClient.ts';

/** Where the maker serves its own models. */
const DEFAULT_BASE_URL = 'https://api.anthropic.com';

/** Thrown when a provider cannot be used as it is set up. */
class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly code = 'provider_missing';
}

/**
 * One governor for each provider, address, key and default model, shared by all runs that use them. Those that
 * differ in the model only share the window: the provider counts by key.
 */
export class ModelRegistry {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #governors = new Map<string, Governor>();
  readonly #windows = new Map<string, AdaptiveWindow>();
  readonly #secrets = new Set<string>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Keys in use, for whoever must keep them out of logs and files. */
  secrets(): readonly string[] {
    return [...this.#secrets];
  }

  governorFor(config: ProviderConfig): Governor {
    // Prices change nothing about how a provider is asked.
    const key = JSON.stringify({ ...config, prices: undefined });
    let governor = this.#governors.get(key);
    if (governor === undefined) {
      const window = this.#windowFor(config);
      governor = new Governor(this.#createClient(config), this.#clock, this.#random, { window });
      this.#governors.set(key, governor);
    }
    return governor;
  }

  #windowFor({ provider, baseUrl, apiKey }: ProviderConfig): AdaptiveWindow {
    const key = JSON.stringify([provider, baseUrl, apiKey]);
    const window = this.#windows.get(key) ?? new AdaptiveWindow(this.#clock);
    this.#windows.set(key, window);
    return window;
  }

  #createClient(config: ProviderConfig): ModelClient {
    if (config.provider === 'offline') return createOfflineClient();
    if (config.apiKey === null) {
      throw new ProviderError(
        'No Anthropic key is set. Set one (command "Muster: Set Anthropic API Key", or ANTHROPIC_API_KEY), or choose the offline provider.',
      );
    }
    this.#secrets.add(config.apiKey);
    const { apiKey, baseUrl, model } = config;
    return openAnthropicClient({
      apiKey,
      baseUrl: baseUrl ?? DEFAULT_BASE_URL,
      defaultModel: model ?? DEFAULT_ANTHROPIC_MODEL,
    });
  }
}
