import { Ajv } from 'ajv';
import { errorText } from '../../base/errorText.ts';
import { parseJson } from '../../base/json.ts';
import type { ComputeAnswer, ComputeTask } from '../../protocol/computeMessages.ts';

/** Checks a value against a JSON Schema; unknown keywords are ignored, as models' schemas have many. */
export function validateValue(task: Extract<ComputeTask, { type: 'validate' }>): ComputeAnswer {
  // Formats and unknown keywords never throw: a schema written for another validator must still work.
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, logger: false });
  let validate;
  try {
    const schema = parseJson(task.schemaJson);
    if (typeof schema !== 'object' || schema === null) throw new Error('it must be an object.');
    validate = ajv.compile(schema);
  } catch (error) {
    return { type: 'refused', message: `The schema cannot be compiled: ${errorText(error)}` };
  }
  if (task.valueJson === null || validate(parseJson(task.valueJson))) return { type: 'valid' };
  const message = ajv.errorsText(validate.errors, { dataVar: 'answer', separator: '; ' });
  return { type: 'invalid', message };
}
