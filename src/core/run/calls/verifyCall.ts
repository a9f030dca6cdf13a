import * as z from 'zod';
import { parseJson } from '../../../base/json.ts';
import { VERIFY_TIMEOUT_MS } from '../../limits.ts';

const VerifySpec = z.union([
  z
    .string()
    .trim()
    .min(1)
    .transform((command) => ({ command })),
  z.object({
    command: z.string().trim().min(1),
    cwd: z.string().nullish(),
    timeoutMs: z.number().positive().nullish(),
    required: z.boolean().nullish(),
    report: z.enum(['auto', 'tap', 'junit', 'json', 'none']).nullish(),
    baseline: z.boolean().nullish(),
    label: z.string().nullish(),
    phase: z.string().nullish(),
  }),
]);

/** What the script asks to be run. */
export interface VerifyCall {
  readonly command: string;
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly required: boolean;
  readonly report: 'auto' | 'tap' | 'junit' | 'json' | 'none';
  readonly baseline: boolean;
  readonly label: string;
  readonly phase: string | null;
}

/** What a call asks for, or what is wrong with it. */
export function readVerifyCall(
  paramsJson: string,
  currentPhase: string | null,
): VerifyCall | string {
  const parsed = VerifySpec.safeParse(readParams(paramsJson));
  if (!parsed.success) {
    return 'verify() needs a command: a string, or an object { command, cwd, timeoutMs, required, report, baseline, label, phase }.';
  }
  const spec = { ...EMPTY_SPEC, ...parsed.data };
  const folders = (spec.cwd ?? '').split('/').filter((name) => name !== '' && name !== '.');
  const cwd = folders.join('/');
  if (folders.includes('..')) return `verify: cwd "${cwd}" leaves the workspace.`;
  return {
    command: spec.command,
    cwd,
    timeoutMs: spec.timeoutMs ?? VERIFY_TIMEOUT_MS,
    required: spec.required ?? true,
    report: spec.report ?? 'auto',
    baseline: spec.baseline ?? false,
    label: spec.label ?? spec.command,
    phase: spec.phase ?? currentPhase,
  };
}

// A text that is refused, for a "__proto__" key, is no spec either.
function readParams(paramsJson: string): unknown {
  try {
    return parseJson(paramsJson);
  } catch {
    return undefined;
  }
}

const EMPTY_SPEC = {
  cwd: null,
  timeoutMs: null,
  required: null,
  report: null,
  baseline: null,
  label: null,
  phase: null,
};
