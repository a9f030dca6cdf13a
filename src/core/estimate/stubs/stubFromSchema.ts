/** Answers an agent's schema with a plausible value: as much as it allows, or as little. */
import { appendAll } from '../../../base/appendAll.ts';
import type { Json } from '../../../base/json.ts';
import type { StubKind } from '../../../protocol/estimate.ts';
import {
  GENEROUS_ITEMS,
  MAX_SCHEMA_CHARS,
  MAX_SCHEMA_STEPS,
  MAX_STUB_DEPTH,
  MAX_STUB_VALUES,
} from '../estimateLimits.ts';
import { stubNumber } from './stubNumber.ts';
import { stubString, type StubTextPlace } from './stubString.ts';

type JsonObject = { readonly [key: string]: Json };

export interface StubQuestion extends Pick<StubTextPlace, 'salt' | 'paths'> {
  readonly kind: StubKind;
  readonly schema: JsonObject;
}

/** A value in the shape of the schema; equal questions have equal answers. */
export function stubFromSchema(question: StubQuestion): Json {
  if (JSON.stringify(question.schema).length > MAX_SCHEMA_CHARS) return {};
  return new SchemaStub(question).value(question.schema, { name: '', index: 0, depth: 0 });
}

interface Place {
  readonly name: string;
  readonly index: number;
  readonly depth: number;
}

class SchemaStub {
  readonly #question: StubQuestion;
  /** Below zero there is only what must be, and far below nothing. */
  #valuesLeft = MAX_STUB_VALUES;
  #stepsLeft = MAX_SCHEMA_STEPS;

  constructor(question: StubQuestion) {
    this.#question = question;
  }

  value(given: Json, place: Place): Json {
    this.#valuesLeft -= 1;
    if (place.depth > MAX_STUB_DEPTH || this.#valuesLeft < -MAX_STUB_VALUES) return null;
    const schema = this.#resolve(given, place.depth);
    if (schema['const'] !== undefined) return schema['const'];
    if (this.#isLean && allowsNull(schema)) return null;
    const choices = schema['enum'];
    if (isList(choices)) return this.#choose(choices) ?? null;
    return this.#valueOfType(typeOf(schema), schema, place);
  }

  get #isLean(): boolean {
    return this.#question.kind === 'lean';
  }

  #choose<T>(options: readonly T[]): T | undefined {
    return options.at(this.#isLean ? -1 : 0);
  }

  #valueOfType(type: string, schema: JsonObject, place: Place): Json {
    switch (type) {
      case 'object':
        return this.#object(schema, place);
      case 'array':
        return this.#array(schema, place);
      case 'boolean':
        return !this.#isLean;
      case 'integer':
      case 'number':
        return stubNumber(schema, { kind: this.#question.kind, isInteger: type === 'integer' });
      case 'null':
        return null;
      default:
        return stubString(schema, { ...this.#question, ...place });
    }
  }

  #object(schema: JsonObject, place: Place): Json {
    const properties = asObject(schema['properties']);
    const required = asList(schema['required']).filter((name) => typeof name === 'string');
    const isFull = !this.#isLean && this.#valuesLeft > 0;
    const names = isFull ? [...Object.keys(properties), ...required] : required;
    if (names.length === 0) appendAll(names, this.#freeNames(schema, isFull));
    const others = schema['additionalProperties'] ?? {};
    const entries = [...new Set(names)].map((name, index) => {
      const child = Object.hasOwn(properties, name) ? properties[name] : others;
      return [name, this.value(child ?? {}, { name, index, depth: place.depth + 1 })] as const;
    });
    return Object.fromEntries(entries.filter(([name]) => name !== '__proto__'));
  }

  /** Keys of an object that is a map. */
  #freeNames(schema: JsonObject, isFull: boolean): readonly string[] {
    const others = schema['additionalProperties'];
    const isMap = typeof others === 'object' && others !== null;
    const least = countOf(schema['minProperties']) ?? 0;
    const most = countOf(schema['maxProperties']) ?? Infinity;
    const wanted = isFull && isMap ? Math.max(least, GENEROUS_ITEMS) : least;
    const count = Math.min(wanted, most, Math.max(0, this.#valuesLeft));
    return Array.from({ length: count }, (_, index) => `key${index + 1}`);
  }

  #array(schema: JsonObject, place: Place): Json {
    const { items } = schema;
    const tuple = isList(items) ? items : asList(schema['prefixItems']);
    const itemSchema = isList(items) ? (schema['additionalItems'] ?? {}) : (items ?? {});
    const count = this.#itemCount(schema, tuple.length);
    const choices = asObject(itemSchema)['enum'];
    // "All different" leaves no way to give the first choice each time.
    if (schema['uniqueItems'] === true && isList(choices)) return choices.slice(0, count);
    return Array.from({ length: count }, (_, index) =>
      this.value(tuple[index] ?? itemSchema, { name: place.name, index, depth: place.depth + 1 }),
    );
  }

  #itemCount(schema: JsonObject, tupleLength: number): number {
    const least = countOf(schema['minItems']) ?? 0;
    const most = countOf(schema['maxItems']) ?? Infinity;
    const isFull = !this.#isLean && this.#valuesLeft > 0;
    const wanted = isFull ? (tupleLength === 0 ? GENEROUS_ITEMS : tupleLength) : 0;
    return Math.min(Math.max(least, Math.min(wanted, most)), MAX_STUB_VALUES);
  }

  /** Follows `$ref`, joins `allOf`, takes one of `anyOf` or `oneOf`. */
  #resolve(given: Json, depth: number): JsonObject {
    if (!isObject(given)) return {};
    this.#stepsLeft -= 1;
    if (depth > MAX_STUB_DEPTH || this.#stepsLeft < 0) return given;
    const { $ref, allOf, ...own } = given;
    let schema: JsonObject = own;
    if (typeof $ref === 'string') {
      schema = join(this.#resolve(this.#lookUp($ref), depth + 1), schema);
    }
    for (const other of asList(allOf)) schema = join(schema, this.#resolve(other, depth + 1));
    const options = [...asList(schema['anyOf']), ...asList(schema['oneOf'])];
    if (options.length === 0 || (this.#isLean && allowsNull(schema))) return schema;
    const option = this.#choose(options.filter((item) => !isNullSchema(item)));
    const rest = Object.entries(schema).filter(([key]) => key !== 'anyOf' && key !== 'oneOf');
    return join(Object.fromEntries(rest), this.#resolve(option ?? {}, depth + 1));
  }

  #lookUp(reference: string): Json {
    if (!reference.startsWith('#')) return {};
    const keys = reference.slice(1).split('/').filter(Boolean);
    let found: Json = this.#question.schema;
    for (const key of keys) {
      const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
      const parent: JsonObject = asObject(found);
      found = Object.hasOwn(parent, name) ? (parent[name] ?? {}) : {};
    }
    return found;
  }
}

function join(a: JsonObject, b: JsonObject): JsonObject {
  const properties = { ...asObject(a['properties']), ...asObject(b['properties']) };
  const required = [...asList(a['required']), ...asList(b['required'])];
  const joined: JsonObject = { ...a, ...b };
  return {
    ...joined,
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(required.length === 0 ? {} : { required }),
  };
}

function typeOf(schema: JsonObject): string {
  const type = isList(schema['type'])
    ? schema['type'].find((name) => name !== 'null')
    : schema['type'];
  if (typeof type === 'string') return type;
  if (schema['properties'] !== undefined || schema['required'] !== undefined) return 'object';
  if (schema['items'] !== undefined || schema['prefixItems'] !== undefined) return 'array';
  return schema['minimum'] === undefined && schema['maximum'] === undefined ? 'string' : 'number';
}

function allowsNull(schema: JsonObject): boolean {
  const { type, nullable } = schema;
  if (type === 'null' || nullable === true) return true;
  const choices = schema['enum'];
  if (isList(choices)) return choices.includes(null);
  if (isList(type)) return type.includes('null');
  return [...asList(schema['anyOf']), ...asList(schema['oneOf'])].some(isNullSchema);
}

function isNullSchema(schema: Json): boolean {
  return isObject(schema) && (schema['type'] === 'null' || schema['const'] === null);
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asList(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : [];
}

function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function countOf(value: Json | undefined): number | null {
  return typeof value === 'number' && value >= 0 ? Math.floor(value) : null;
}
