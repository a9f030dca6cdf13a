import type { transformTypes as LebabTransform } from 'lebab';

export type RuleName = LebabTransform;

export interface Rule {
  readonly name: RuleName;
  /** `safe` as lebab says; `unsafe` only when the request names it; `tidy` changes no syntax, same condition. */
  readonly kind: 'safe' | 'unsafe' | 'tidy';
  readonly title: string;
  /** What in a request names this rule. Its own name does so in any case. */
  readonly mention: RegExp;
}

/**
 * Every rule, in the order in which they must run: classes before arrow functions, because those
 * hide prototypes; let before the loops, which are only rewritten with let or const.
 */
export const rules: readonly Rule[] = [
  {
    name: 'class',
    kind: 'unsafe',
    title: 'prototypes to classes',
    mention:
      /\bprototypes?\b.{0,40}\bclass|\b(?:to|into|use|with|as)\s+(?:(?:es\w*|native|real|proper|modern|javascript|js)\s+)*class(?:es|\s+syntax)?\b|\bclasses\b/i,
  },
  {
    name: 'template',
    kind: 'unsafe',
    title: 'string concatenation to template literals',
    mention:
      /\btemplate(?:s|[\s-]+(?:strings?|literals?))\b|string (?:concatenation|interpolation)/i,
  },
  {
    name: 'let',
    kind: 'unsafe',
    title: 'var to let and const',
    mention:
      /\blet\W{0,3}(?:\/|,|and|or|&)\W{0,3}const\b|\bconst\W{0,3}(?:\/|,|and|or|&)\W{0,3}let\b|\bvars?\b.{0,40}\b(?:let|const)\b|\b(?:to|use|with)\s+\W?(?:let|const)\b(?!\s+(?:me|us|the|it)\b)|block[\s-]scoped/i,
  },
  {
    name: 'default-param',
    kind: 'unsafe',
    title: 'default parameters',
    mention: /\bdefault[\s-]+(?:param|arg|value)/i,
  },
  {
    name: 'destruct-param',
    kind: 'unsafe',
    title: 'destructured parameters',
    mention: /\bdestructur/i,
  },
  {
    name: 'arrow',
    kind: 'safe',
    title: 'callbacks to arrow functions',
    mention: /\barrows?\b(?![\s-]+return)/i,
  },
  {
    name: 'arrow-return',
    kind: 'safe',
    title: 'arrow functions without return',
    mention: /\barrows?\b|\bimplicit returns?\b/i,
  },
  {
    name: 'for-of',
    kind: 'safe',
    title: 'loops to for…of',
    mention: /\bfor(?:\s|-|\.{3}|…)*of\b(?:\s+loops?)?/i,
  },
  {
    name: 'for-each',
    kind: 'tidy',
    title: 'loops to forEach',
    mention: /\bfor-?each\b/i,
  },
  {
    name: 'arg-rest',
    kind: 'safe',
    title: 'arguments to rest parameters',
    mention: /\brest[\s-]+(?:param|arg)/i,
  },
  { name: 'arg-spread', kind: 'safe', title: 'apply() to spread', mention: /\bspread\b/i },
  {
    name: 'obj-method',
    kind: 'safe',
    title: 'function properties to methods',
    mention: /\b(?:object|shorthand)[\s-]+methods?\b|\bmethod[\s-]+shorthands?\b/i,
  },
  {
    name: 'obj-shorthand',
    kind: 'safe',
    title: 'property shorthand',
    mention: /\b(?:property|object)[\s-]+shorthands?\b|\bshorthand[\s-]+propert/i,
  },
  {
    name: 'no-strict',
    kind: 'tidy',
    title: 'no "use strict"',
    mention: /\buse strict\b/i,
  },
  {
    name: 'exponent',
    kind: 'safe',
    title: 'Math.pow() to **',
    mention: /\bexponent|\bMath\.pow\b/i,
  },
  {
    name: 'includes',
    kind: 'unsafe',
    title: 'indexOf() to includes()',
    mention: /\bindexOf\b|\bincludes\(\)|\b(?:to|use|with)\s+\W?\.?includes\b/i,
  },
  {
    name: 'multi-var',
    kind: 'tidy',
    title: 'one declaration per statement',
    mention: /\bone (?:var|variable|declaration) per\b|\bsplit (?:vars?|declarations?)\b/i,
  },
  {
    name: 'commonjs',
    kind: 'unsafe',
    title: 'CommonJS to ES modules',
    mention:
      /\bcommonjs\b|\besm\b|\bes\w{0,4}[\s-]+modules?\b|\brequires?\b.{0,30}\bimports?\b|\bimports?\s*(?:\/|and|&)\s*exports?\b/i,
  },
];

/** Whether a word is the name of a rule. */
export function isRuleName(word: string): word is RuleName {
  return rules.some(({ name }) => name === word);
}
