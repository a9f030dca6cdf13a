import type { Json } from '../../../base/json.ts';
import type { StubKind } from '../../../protocol/estimate.ts';
import { GENEROUS_ITEMS } from '../estimateLimits.ts';

/** A larger maximum is a bound against nonsense, not an answer that an agent would give. */
const MAX_PLAUSIBLE = 100;

/** The largest number that is plausible, or the smallest that is allowed. */
export function stubNumber(
  schema: { readonly [key: string]: Json },
  how: { readonly kind: StubKind; readonly isInteger: boolean },
): number {
  const step = stepOf(schema['multipleOf'], how.isInteger);
  const low = lowerBound(schema, step);
  const high = upperBound(schema, step);
  const isPlausible = high !== null && high <= MAX_PLAUSIBLE;
  const most = isPlausible ? high : Math.min(high ?? Infinity, Math.max(low ?? 0, GENEROUS_ITEMS));
  const least = low ?? Math.min(0, high ?? 0);
  return how.kind === 'generous' ? roundDown(most, step) : roundUp(least, step);
}

function stepOf(multipleOf: Json | undefined, isInteger: boolean): number | null {
  if (typeof multipleOf === 'number' && multipleOf > 0) return multipleOf;
  return isInteger ? 1 : null;
}

function lowerBound(schema: { readonly [key: string]: Json }, step: number | null): number | null {
  const { minimum, exclusiveMinimum } = schema;
  if (typeof exclusiveMinimum === 'number') return exclusiveMinimum + (step ?? 0.001);
  return typeof minimum === 'number' ? minimum : null;
}

function upperBound(schema: { readonly [key: string]: Json }, step: number | null): number | null {
  const { maximum, exclusiveMaximum } = schema;
  if (typeof exclusiveMaximum === 'number') return exclusiveMaximum - (step ?? 0.001);
  return typeof maximum === 'number' ? maximum : null;
}

function roundDown(value: number, step: number | null): number {
  return step === null ? value : Math.floor(value / step) * step;
}

function roundUp(value: number, step: number | null): number {
  return step === null ? value : Math.ceil(value / step) * step;
}
