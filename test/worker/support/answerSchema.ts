import type { Json } from '../../../src/base/json.ts';
import { fc } from '../../support/fastCheck.ts';

type Schema = Readonly<Record<string, Json>>;

/** Where a value stands: the key that it belongs to, and a number that makes texts differ. */
interface Place {
  readonly key: string;
  readonly number: string;
}

const ITEMS_IN_AN_ARRAY = 2;

/** A value that fits a JSON Schema: the same one for the same schema and number, with all optional keys in it. */
export function answerSchema(schema: Json | undefined, number: number): Json {
  return valueFor(asSchema(schema), { key: 'answer', number: String(number) });
}

function valueFor(schema: Schema, place: Place): Json {
  const { const: constant, enum: choices } = schema;
  if (constant !== undefined) return constant;
  if (Array.isArray(choices)) return firstOf(choices);
  const options = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(options)) {
    const own = Object.fromEntries(Object.entries(schema).filter(([key]) => !isChoice(key)));
    return valueFor({ ...own, ...asSchema(firstOf(options)) }, place);
  }
  if (Array.isArray(schema['allOf'])) return valueFor(mergeAll(schema, schema['allOf']), place);
  return valueOfType(typeOf(schema), schema, place);
}

function valueOfType(type: string, schema: Schema, place: Place): Json {
  switch (type) {
    case 'object':
      return objectFor(schema, place);
    case 'array':
      return arrayFor(schema, place);
    case 'integer':
    case 'number':
      return numberFor(schema);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return textFor(schema, place);
  }
}

function objectFor(schema: Schema, place: Place): Json {
  const properties = Object.entries(asSchema(schema['properties']));
  return Object.fromEntries(
    properties.map(([key, value]) => [key, valueFor(asSchema(value), { ...place, key })]),
  );
}

function arrayFor(schema: Schema, { key, number }: Place): Json {
  const least = numberAt(schema, 'minItems') ?? 0;
  const most = numberAt(schema, 'maxItems') ?? Infinity;
  const length = Math.min(most, Math.max(least, ITEMS_IN_AN_ARRAY));
  const items = asSchema(schema['items']);
  return Array.from({ length }, (_, index) =>
    valueFor(items, { key, number: `${number}.${index + 1}` }),
  );
}

function numberFor(schema: Schema): number {
  const above = numberAt(schema, 'exclusiveMinimum');
  const least = numberAt(schema, 'minimum') ?? (above === undefined ? 1 : above + 1);
  const step = numberAt(schema, 'multipleOf');
  const fitted = step === undefined ? least : Math.ceil(least / step) * step;
  return Math.min(fitted, numberAt(schema, 'maximum') ?? Infinity);
}

const FORMATS: Readonly<Record<string, string>> = {
  date: '2024-05-17',
  'date-time': '2024-05-17T09:30:00Z',
  email: 'dev@example.org',
  uri: 'https://example.org/page',
  uuid: '123e4567-e89b-42d3-a456-426614174000',
};

function textFor(schema: Schema, { key, number }: Place): string {
  const { pattern, format } = schema;
  if (typeof pattern === 'string') return textMatching(pattern);
  const known = typeof format === 'string' ? FORMATS[format] : undefined;
  if (known !== undefined) return known;
  const text = `${key} ${number}`.padEnd(numberAt(schema, 'minLength') ?? 0, '.');
  return text.slice(0, numberAt(schema, 'maxLength') ?? Infinity);
}

function textMatching(pattern: string): string {
  const options = { numRuns: 1, seed: 1 };
  return fc.sample(fc.stringMatching(lenient(pattern)), options)[0] ?? '';
}

// People escape what needs no escape, which only the u flag minds.
function lenient(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return new RegExp(pattern);
  }
}

function typeOf(schema: Schema): string {
  const { type } = schema;
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return namesOf(type).find((name) => name !== 'null') ?? 'null';
  if (schema['properties'] !== undefined) return 'object';
  return schema['items'] === undefined ? 'string' : 'array';
}

function mergeAll(schema: Schema, parts: readonly Json[]): Schema {
  const own = Object.entries(schema).filter(([key]) => key !== 'allOf');
  return [Object.fromEntries(own), ...parts.map(asSchema)].reduce<Schema>(
    (merged, part) => ({
      ...merged,
      ...part,
      properties: { ...asSchema(merged['properties']), ...asSchema(part['properties']) },
    }),
    {},
  );
}

function isChoice(key: string): boolean {
  return key === 'anyOf' || key === 'oneOf';
}

function namesOf(list: readonly Json[]): readonly string[] {
  return list.filter((name) => typeof name === 'string');
}

function firstOf(list: readonly Json[]): Json {
  return list[0] ?? null;
}

function numberAt(schema: Schema, key: string): number | undefined {
  const value = schema[key];
  return typeof value === 'number' ? value : undefined;
}

function asSchema(value: Json | undefined): Schema {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  // Arrays were excluded above; TypeScript keeps readonly arrays in the union.
  return value as Schema;
}
