/** What the other parts of the prelude need of the engine, captured before a script can change it, and the ways from values to JSON text. */
export const VALUES_SOURCE = String.raw`
  const { parse, stringify } = JSON;
  const NativePromise = Promise;
  const NativeError = Error;
  const { apply, defineProperty, ownKeys } = Reflect;
  const { then } = NativePromise.prototype;
  const objectText = Object.prototype.toString;

  /* Keeps a collection's own methods, so that a script that changes the built-in ones confuses only itself. */
  function steady(collection) {
    for (const name of ['get', 'set', 'has', 'add', 'delete']) {
      if (name in collection) Object.defineProperty(collection, name, { value: collection[name] });
    }
    return collection;
  }

  function onSettled(promise, resolved, rejected) {
    return apply(then, promise, [resolved, rejected]);
  }

  function textOf(value) {
    if (typeof value === 'string') return value;
    /* JSON says null for NaN and Infinity, and has no text for a BigInt. */
    if (typeof value === 'number' || typeof value === 'bigint') return String(value);
    try {
      if (value instanceof NativeError) return value.name + ': ' + value.message;
      const json = stringify(value);
      return json === undefined ? String(value) : json;
    } catch {
      return kindOf(value);
    }
  }
  /* A value that throws at every touch has no text of its own. */
  function kindOf(value) {
    try {
      return apply(objectText, value, []);
    } catch {
      return '[unreadable value]';
    }
  }

  /* What JSON has no text for counts as null, as it does inside an array. */
  function jsonOf(value) {
    const json = stringify(value);
    return json === undefined ? 'null' : json;
  }

  function tryJson(value) {
    try {
      return { json: jsonOf(value), problem: null };
    } catch (error) {
      return { json: 'null', problem: textOf(error) };
    }
  }

  function checkSize(what, json) {
    if (json.length > settings.maxJsonChars) {
      throw new RangeError(what + ' is larger than ' + settings.maxJsonChars + ' characters of JSON.');
    }
    return json;
  }

  /* Cut on this side: megabytes for a log line cost the host more than the script. */
  function shorten(text) {
    const { maxLineChars } = settings;
    if (text.length <= maxLineChars) return text;
    return text.slice(0, maxLineChars) + '… [' + (text.length - maxLineChars) + ' more characters]';
  }

  /* Names the place inside a value that JSON would lose or change. */
  function findUnfit(value, path, seen) {
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return null;
    if (typeof value === 'number') return Number.isFinite(value) ? null : path + ' is ' + value;
    if (typeof value !== 'object') return path + ' is a ' + typeof value;
    if (typeof value.toJSON === 'function') return null;
    if (seen.has(value)) return path + ' refers back to itself';
    if (value instanceof Map || value instanceof Set) {
      return path + ' is a ' + value.constructor.name + '; use an array or an object';
    }
    seen.add(value);
    for (const key of Object.keys(value)) {
      if (key === '__proto__') return path + ' has a key "__proto__"';
      if (value[key] === undefined) continue;
      const child = Array.isArray(value) ? path + '[' + key + ']' : path + '.' + key;
      const unfit = findUnfit(value[key], child, seen);
      if (unfit !== null) return unfit;
    }
    seen.delete(value);
    return null;
  }

  /* The text of a value that must survive JSON; where it does not, a sentence that names the place. */
  function fitJson(name, value) {
    if (value === undefined) return { json: 'null', problem: null };
    try {
      const problem = findUnfit(value, name, new Set());
      if (problem !== null) return { json: null, problem };
      const json = jsonOf(value);
      const isTooLarge = json.length > settings.maxJsonChars;
      return isTooLarge ? { json: null, problem: name + ' is too large' } : { json, problem: null };
    } catch (error) {
      return { json: null, problem: name + ' cannot be read: ' + textOf(error) };
    }
  }

  function describeThrown(error) {
    try {
      return error instanceof NativeError
        ? { name: String(error.name), message: String(error.message), stack: String(error.stack) }
        : { name: 'Error', message: textOf(error), stack: '' };
    } catch {
      return { name: 'Error', message: 'The script threw a value that cannot be read.', stack: '' };
    }
  }
`;
