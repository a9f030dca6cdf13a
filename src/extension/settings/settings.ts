import { formatUsd, plural } from '../../base/format.ts';
import { DEFAULT_RETENTION, DEFAULT_RUN_LIMITS } from '../../protocol/defaults.ts';
import { RetentionConfig } from '../../protocol/host/hostRpc.ts';
import { PriceTable } from '../../protocol/modelPrices.ts';
import { RunLimits } from '../../protocol/runLimits.ts';
import { t } from '../shared/localize.ts';

export type ProviderSetting = 'auto' | 'anthropic' | 'offline';
export type ReviewGrouping = 'group' | 'folder' | 'kind';

/** The user's settings, each with a value that is in bounds. */
export interface Settings {
  readonly provider: ProviderSetting;
  readonly model: string | null;
  readonly baseUrl: string | null;
  readonly limits: RunLimits;
  /** The user's own prices, before the built-in table. */
  readonly prices: PriceTable;
  readonly stateDir: string | null;
  /** How much of earlier runs is kept. */
  readonly retention: RetentionConfig;
  readonly useSandbox: boolean;
  /** Globs of commands that agents and scripts may run without a question. */
  readonly allowedCommands: readonly string[];
  /** Prepares each directory that commands run in; every plan shows it. */
  readonly setupCommand: string | null;
  /** Commands without whose pass no run counts as verified. */
  readonly requiredCommands: readonly string[];
  readonly groupBy: ReviewGrouping;
  readonly showNotifications: boolean;
}

/** Reads one value of the section `muster`; undefined when it is not set. */
export type ReadSetting = (name: string) => unknown;

/** Whether the user has set a value of the section `muster`, be it the default one. */
export type IsSettingSet = (name: string) => boolean;

/** Reads all settings; a value of the wrong type or out of bounds counts as not set. */
export function readSettings(read: ReadSetting, isSet: IsSettingSet): Settings {
  return {
    provider: oneOf(read('provider'), ['auto', 'anthropic', 'offline'], 'auto'),
    model: textOrNull(read('model')),
    baseUrl: textOrNull(read('baseUrl')),
    limits: readLimits(read, isSet),
    prices: PriceTable.safeParse(read('prices')).data ?? {},
    stateDir: textOrNull(read('host.stateDirectory')),
    retention: readRetention(read),
    useSandbox: read('commands.sandbox') !== 'off',
    allowedCommands: textsOf(read('commands.allow')),
    setupCommand: textOrNull(read('commands.setup')),
    requiredCommands: textsOf(read('verify.commands')),
    groupBy: oneOf(read('review.groupBy'), ['group', 'folder', 'kind'], 'group'),
    showNotifications: read('notifications.show') !== false,
  };
}

/** The caps in one line, for example "200 agents · 16 at once · $5.00". */
export function describeCaps(limits: RunLimits): string {
  const parts = [plural(limits.maxAgents, 'agent'), t('{0} at once', limits.concurrency)];
  if (limits.maxUsd !== null) parts.push(formatUsd(limits.maxUsd));
  if (limits.maxTokens !== null) parts.push(t('{0} tokens', limits.maxTokens));
  parts.push(t('{0} min', limits.maxMinutes));
  return parts.join(' · ');
}

function readLimits(read: ReadSetting, isSet: IsSettingSet): RunLimits {
  const { maxAgents, concurrency, maxMinutes, maxUsd } = RunLimits.shape;
  const typedUsd = maxUsd.safeParse(read('limits.maxUsd')).data ?? null;
  return {
    maxAgents: maxAgents.safeParse(read('limits.maxAgents')).data ?? DEFAULT_RUN_LIMITS.maxAgents,
    concurrency:
      concurrency.safeParse(read('limits.concurrency')).data ?? DEFAULT_RUN_LIMITS.concurrency,
    maxTokens: optionalLimit(read('limits.maxTokens'), 'maxTokens'),
    maxUsd: optionalLimit(read('limits.maxUsd'), 'maxUsd'),
    maxMinutes:
      maxMinutes.safeParse(read('limits.maxMinutes')).data ?? DEFAULT_RUN_LIMITS.maxMinutes,
    // A default must not refuse a model whose price is unknown; what the user wrote must.
    ...(typedUsd !== null && isSet('limits.maxUsd') ? { usdIsExplicit: true } : {}),
  };
}

function readRetention(read: ReadSetting): RetentionConfig {
  const { maxRuns, maxBytes } = RetentionConfig.shape;
  const gigabytes = read('retention.maxGigabytes');
  const bytes = typeof gigabytes === 'number' ? Math.round(gigabytes * 1024 ** 3) : null;
  return {
    maxRuns: maxRuns.safeParse(read('retention.maxRuns')).data ?? DEFAULT_RETENTION.maxRuns,
    maxBytes: maxBytes.safeParse(bytes).data ?? DEFAULT_RETENTION.maxBytes,
  };
}

// null in the settings means "no such limit"; anything else that does not fit means "not set".
function optionalLimit(value: unknown, name: 'maxTokens' | 'maxUsd'): number | null {
  const parsed = RunLimits.shape[name].safeParse(value);
  return parsed.success ? parsed.data : DEFAULT_RUN_LIMITS[name];
}

function oneOf<T extends string>(value: unknown, allowed: readonly T[], fallback: T): T {
  return allowed.find((item) => item === value) ?? fallback;
}

function textsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((item): item is string => typeof item === 'string' && item.trim() !== '');
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}
