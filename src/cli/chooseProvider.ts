import { createInterface } from 'node:readline/promises';
import type { ProviderConfig } from '../protocol/host/hostRpc.ts';
import type { CliContext } from './cliContext.ts';
import { readPrices } from './readInput.ts';
import { CliError, EXIT } from './exitCodes.ts';

export interface ProviderOptions {
  readonly provider?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly model?: string | undefined;
  /** File with the user's own prices. */
  readonly prices?: string | undefined;
}

/**
 * Decides which provider a run uses. Without a key nothing is chosen silently: a job that lost its secret
 * must not rewrite code by rule.
 */
export async function chooseProvider(
  ctx: CliContext,
  options: ProviderOptions,
): Promise<ProviderConfig> {
  const prices = await readPrices(options.prices);
  return { ...(await choose(ctx, options)), prices };
}

async function choose(ctx: CliContext, options: ProviderOptions): Promise<ProviderConfig> {
  const apiKey = ctx.env['ANTHROPIC_API_KEY'] ?? null;
  const baseUrl = options.baseUrl ?? ctx.env['ANTHROPIC_BASE_URL'] ?? null;
  const model = options.model ?? null;
  if (options.provider === 'offline') return offline();
  if (options.provider !== undefined && options.provider !== 'anthropic') {
    const message = `There is no provider "${options.provider}". Choose anthropic or offline.`;
    throw new CliError(EXIT.usage, message);
  }
  if (apiKey !== null && apiKey !== '') return { provider: 'anthropic', apiKey, baseUrl, model };
  // A server of one's own often wants no key; the SDK wants one to send.
  if (options.provider === 'anthropic' && baseUrl !== null) {
    return { provider: 'anthropic', apiKey: 'none', baseUrl, model };
  }
  if (options.provider === undefined && (await wantsOffline(ctx))) return offline();
  throw new CliError(
    EXIT.usage,
    'No ANTHROPIC_API_KEY is set. Set it, or pass --provider offline (fixed rules, no AI).',
  );
}

function offline(): ProviderConfig {
  return { provider: 'offline', apiKey: null, baseUrl: null, model: null };
}

async function wantsOffline(ctx: CliContext): Promise<boolean> {
  if (ctx.stdin.isTTY !== true || ctx.stderr.isTTY !== true) return false;
  return askYesNo(
    ctx,
    'No ANTHROPIC_API_KEY is set. Use the offline provider (fixed rules, no AI)?',
  );
}

/** Asks on the terminal; anything but yes is no. */
export async function askYesNo(ctx: CliContext, question: string): Promise<boolean> {
  const terminal = createInterface({ input: ctx.stdin, output: ctx.stderr });
  try {
    const answer = await terminal.question(`${question} [y/N] `);
    return /^y(es)?$/iu.test(answer.trim());
  } finally {
    terminal.close();
  }
}
