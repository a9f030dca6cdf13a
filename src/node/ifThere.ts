import { isMissing } from './isMissing.ts';

/** What looking at a file gives; null when there is none. Any other failure stays one. */
export async function ifThere<T>(look: Promise<T>): Promise<T | null> {
  try {
    return await look;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
