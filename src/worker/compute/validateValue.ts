import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { errorText } from '../../base/errorText.ts';
import { parseJson } from '../../base/json.ts';
import type { ComputeAnswer, ComputeTask } from '../../protocol/computeMessages.ts';

/** Checks a value against a JSON Schema; unknown keywords are ignored, as models' schemas have many. */
export function validateValue(task: Extract<ComputeTask, { type: 'validate' }>): ComputeAnswer {
  // Unknown formats and keywords are ignored: a schema written for another validator must still work.
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  addFormats(ajv);
  let validate;
  try {
    const schema = parseJson(task.schemaJson);
    if (typeof schema !== 'object' || schema === null) throw new Error('it must be an object.');
    validate = ajv.compile(schema);
  } catch (error) {
    return { type: 'refused', message: `The schema cannot be compiled: ${errorText(error)}` };
  }
  try {
    if (task.valueJson === null || validate(parseJson(task.valueJson))) return { type: 'valid' };
  } catch (error) {
    return { type: 'invalid', message: `the answer cannot be checked: ${errorText(error)}` };
  }
  const message = ajv.errorsText(validate.errors, { dataVar: 'answer', separator: '; ' });
  return { type: 'invalid', message };
}
