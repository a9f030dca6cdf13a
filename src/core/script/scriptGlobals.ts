/** Names that the dialect gives a script. */
export const MUSTER_GLOBALS = [
  'agent',
  'parallel',
  'pipeline',
  'phase',
  'log',
  'args',
  'budget',
  'verify',
  'gate',
  'workflow',
  'files',
  'read',
  'console',
  'setTimeout',
  'clearTimeout',
  'structuredClone',
  'URL',
  'URLSearchParams',
  'TextEncoder',
  'TextDecoder',
] as const;

/** ECMAScript's own names that stay in the sandbox. */
export const ECMASCRIPT_GLOBALS = [
  ...['AggregateError', 'Array', 'ArrayBuffer', 'BigInt', 'BigInt64Array', 'BigUint64Array'],
  ...['Boolean', 'DataView', 'Date', 'Error', 'EvalError', 'Float32Array', 'Float64Array'],
  ...['Function', 'Infinity', 'Int16Array', 'Int32Array', 'Int8Array', 'Iterator', 'JSON', 'Map'],
  ...['Math', 'NaN', 'Number', 'Object', 'Promise', 'Proxy', 'RangeError', 'ReferenceError'],
  ...['Reflect', 'RegExp', 'Set', 'String', 'Symbol', 'SyntaxError', 'TypeError', 'URIError'],
  ...['Uint16Array', 'Uint32Array', 'Uint8Array', 'Uint8ClampedArray', 'WeakMap', 'WeakSet'],
  ...['decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent', 'escape', 'globalThis'],
  ...['isFinite', 'isNaN', 'parseFloat', 'parseInt', 'undefined', 'unescape'],
] as const;

/** Names that can't be a parameter's in a meaningful way: nobody can assign to them anyway. */
const CONSTANTS: ReadonlySet<string> = new Set(['undefined', 'NaN', 'Infinity']);

/** What a child workflow gets in place of the global names, so that an assignment to one stays with it. */
export const CHILD_GLOBALS: readonly string[] = [...ECMASCRIPT_GLOBALS, ...MUSTER_GLOBALS].filter(
  (name) => !CONSTANTS.has(name),
);
