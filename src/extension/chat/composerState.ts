import type { ComposerState } from '../../protocol/webviews/chatMessages.ts';
import type { RunLimits } from '../../protocol/runLimits.ts';
import { t } from '../shared/localize.ts';
import type { ResolvedProvider } from '../settings/resolveProvider.ts';
import { describeCaps } from '../settings/settings.ts';

/** What decides whether a request can be sent. */
export interface ComposerInput {
  readonly hasFolder: boolean;
  readonly isTrusted: boolean;
  readonly isBusy: boolean;
  readonly provider: ResolvedProvider;
  readonly limits: RunLimits;
}

/** The composer as the chat shows it, with the first reason that stands against sending. */
export function composerState(input: ComposerInput): ComposerState {
  return {
    disabledReason: disabledReason(input),
    busy: input.isBusy,
    providerLabel: input.provider.label,
    modelLabel: input.provider.modelLabel,
    capsLabel: describeCaps(input.limits),
  };
}

function disabledReason({ hasFolder, isTrusted, provider }: ComposerInput): string | null {
  if (!hasFolder) return t('Open a folder first: Muster works on its files.');
  if (!isTrusted)
    return t('This folder is not trusted. You can read past runs, but not start new ones.');
  return provider.problem;
}
