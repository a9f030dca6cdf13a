import { errorText } from '../../base/errorText.ts';
import { parseJson, type Json } from '../../base/json.ts';
import { createValidator, withoutDraft } from './createValidator.ts';
import type { ComputeAnswer, ComputeTask } from '../../protocol/threads/computeMessages.ts';

/** Checks a value against a JSON Schema; unknown keywords are ignored, as models' schemas have many. */
export function validateValue(task: Extract<ComputeTask, { type: 'validate' }>): ComputeAnswer {
  let compiled;
  try {
    const schema = parseJson(task.schemaJson);
    if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
      throw new Error('it must be an object.');
    }
    // An array is the only other object; the check above is lost on a readonly array type.
    const object = schema as { readonly [key: string]: Json };
    const ajv = createValidator(object);
    compiled = { ajv, validate: ajv.compile(withoutDraft(object)) };
  } catch (error) {
    return { type: 'refused', message: `The schema cannot be compiled: ${errorText(error)}` };
  }
  const { ajv, validate } = compiled;
  try {
    if (task.valueJson === null || validate(parseJson(task.valueJson))) return { type: 'valid' };
  } catch (error) {
    return { type: 'invalid', message: `the answer cannot be checked: ${errorText(error)}` };
  }
  const message = ajv.errorsText(validate.errors, { dataVar: 'answer', separator: '; ' });
  return { type: 'invalid', message };
}
