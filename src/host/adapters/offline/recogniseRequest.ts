import { rules } from './rules.ts';
import type { Rule, RuleName } from './rules.ts';

/** What the offline rules make of a request. */
export type Recognised =
  | {
      readonly type: 'modernise';
      readonly rules: readonly RuleName[];
      /** Parts of the request that no rule covers, in the words of the answer. */
      readonly notCovered: readonly string[];
      readonly tests: 'included' | 'excluded';
    }
  | { readonly type: 'unknown' };

const generalIntent =
  /\bmoderni[sz]\w*|\blebab\b|\bes5\b|\bes[\s-]?(?:6|next|20\d\d)\b(?![\s-]*(?:modules?|class(?:es)?|imports?|arrow|template))|\becmascript\b|\bmodern (?:javascript|js|syntax)\b|\b(?:upgrade|update)\b.{0,30}\b(?:javascript|js|syntax)\b/i;

const changeVerb =
  /\b(?:convert|turn|chang|replac|us(?:e|ing)\b|switch|migrat|rewrit|refactor|upgrad|updat|mov(?:e|ing)\b|port\b|transform|introduc|prefer|adopt|remov|apply|split)/i;

const beyondRules: readonly [RegExp, string][] = [
  [/\btypescript\b|\bto ts\b|\btype annotations?\b/i, 'TypeScript'],
  [/\basync\b|\bawait\b|\bpromises?\b/i, 'async and await'],
  [/\b(?:add|writ|creat|generat|fix)\w*\b[^.]{0,30}\btests?\b/i, 'writing tests'],
  [/\bjsdoc\b|\bdocument(?:ation)?\b|\bcomments?\b/i, 'comments and documentation'],
  [/\breact\b|\bhooks?\b|\bvue\b|\bangular\b/i, 'framework migrations'],
  [/\bbugs?\b|\breview\b|\bsecurity\b|\bvulnerab/i, 'finding bugs'],
  [/\brenam|\bextract\b|\bdedup|\bperformance\b/i, 'refactorings that need understanding'],
];

const restriction = /\b(?:only|just|nothing but)\b[^.;:,]{0,30}$/i;

const negation =
  /\b(?:no|not|don['’]?t|do not|without|except|avoid|never|keep|leave)\b[^.;:,]{0,24}$/i;

/** Recognises requests to modernise JavaScript; an unsafe rule is chosen only when the request names it. */
export function recogniseRequest(request: string): Recognised {
  const words = withoutPaths(request);
  const isGeneral = generalIntent.test(words);
  const isNamed = (rule: Rule): boolean => isMentioned(rule, words) === 'wanted';
  const named = rules.filter(isNamed);
  const isOnly = named.some((rule) => restriction.test(beforeMention(rule, words) ?? ''));
  const chosen = rules.filter(
    (rule) =>
      named.includes(rule) ||
      (isGeneral && !isOnly && rule.kind === 'safe' && isMentioned(rule, words) !== 'unwanted'),
  );
  if (chosen.length === 0 || !(isGeneral || changeVerb.test(words))) return { type: 'unknown' };
  return {
    type: 'modernise',
    rules: chosen.map(({ name }) => name),
    notCovered: beyondRules.filter(([sign]) => sign.test(words)).map(([, name]) => name),
    tests: /\b(?:includ\w*|also|and|with)\s+(?:the\s+)?tests?\b/i.test(words)
      ? 'included'
      : 'excluded',
  };
}

function isMentioned(rule: Rule, words: string): 'wanted' | 'unwanted' | 'no' {
  const before = beforeMention(rule, words);
  if (before === null) return 'no';
  return negation.test(before) ? 'unwanted' : 'wanted';
}

function beforeMention(rule: Rule, words: string): string | null {
  const byName = new RegExp(`(?<![\\w-])${rule.name}(?![\\w-])`, 'i');
  // Some names are common words, so those count only with a dash in them.
  const match = rule.mention.exec(words) ?? (rule.name.includes('-') ? byName.exec(words) : null);
  return match === null ? null : words.slice(0, match.index);
}

// "lib/templates" names a folder, "let/const" names syntax.
function withoutPaths(request: string): string {
  return request.replace(/[\w.@-]+(?:\/[\w.@-]+)+\/?/g, (path) =>
    path.split('/').every((part) => syntaxWords.has(part.toLowerCase())) ? path : ' ',
  );
}

const syntaxWords: ReadonlySet<string> = new Set(
  'var let const async await import imports export exports require class classes arrow arrows template templates and or js es6 es2015 commonjs esm'.split(
    ' ',
  ),
);
