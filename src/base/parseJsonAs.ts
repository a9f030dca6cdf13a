import { parseJson } from './json.ts';

/** What a zod schema offers of itself here. */
interface Schema<T> {
  safeParse(value: unknown): { readonly success: boolean; readonly data?: T | undefined };
}

/** What a text from a disk or another process says; null when it is no JSON, or of another shape. */
export function parseJsonAs<T>(schema: Schema<T>, text: string): T | null {
  try {
    return schema.safeParse(parseJson(text)).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
