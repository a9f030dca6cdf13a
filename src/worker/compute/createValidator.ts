import { Ajv, type Options } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Json } from '../../base/json.ts';

type Validator = Ajv | Ajv2019 | Ajv2020;
type JsonObject = { readonly [key: string]: Json };

const OPTIONS: Options = {
  // Unknown formats and keywords are ignored: a schema written for another validator must still work.
  strict: false,
  allErrors: true,
  logger: false,
  code: { regExp: Object.assign(lenientPattern, { code: 'new RegExp' }) },
};

/** A validator of the draft that the schema names; without one, of the draft whose keywords it uses. */
export function createValidator(schema: JsonObject): Validator {
  const { $schema } = schema;
  const draft = typeof $schema === 'string' ? $schema : '';
  const ajv = createAjv(draft, schema);
  addFormats(ajv);
  return ajv;
}

/** The schema without the name of its draft: the validator is chosen already, and may not know the name. */
export function withoutDraft(schema: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== '$schema'));
}

function createAjv(draft: string, schema: JsonObject): Validator {
  if (draft.includes('2019-09')) return new Ajv2019(OPTIONS);
  const isNewest = draft.includes('2020-12') || (draft === '' && usesPrefixItems(schema));
  return isNewest ? new Ajv2020(OPTIONS) : new Ajv(OPTIONS);
}

// Tuples are written with it since 2020-12; under the older drafts it would say nothing.
function usesPrefixItems(schema: JsonObject): boolean {
  return JSON.stringify(schema).includes('"prefixItems"');
}

// A pattern with needless escapes, such as `\-`, is an error only under the u flag; `\p{L}` needs it.
function lenientPattern(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags);
  } catch (error) {
    if (!flags.includes('u')) throw error;
    return new RegExp(pattern, flags.replace('u', ''));
  }
}
