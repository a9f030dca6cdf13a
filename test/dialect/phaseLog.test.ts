import { META, runRows } from './support/rows.ts';
import { count, logs, phases, queued } from './support/sights.ts';

runRows('phase()', [
  [
    'is not awaited and gives nothing',
    `return [typeof phase('One'), typeof log('x')]`,
    ['undefined', 'undefined'],
  ],
  [
    'puts the agents that follow under its title',
    `phase('One'); await agent('a'); phase('Two'); await agent('b'); return 1`,
    1,
    {
      sees: [
        [queued('phase'), [['One'], ['Two']]],
        [phases, ['One', 'Two']],
      ],
    },
  ],
  [
    'before it, an agent has no phase',
    `await agent('a'); return 1`,
    1,
    { sees: [[queued('phase'), [[null]]]] },
  ],
  [
    'takes a title that is not in meta.phases as a group of its own',
    '',
    1,
    {
      source: `export const meta = { name: 'w', description: 'd', phases: ['One'] };\nphase('Other'); await agent('a'); return 1`,
      sees: [
        [phases, ['Other']],
        [queued('phase'), [['Other']]],
      ],
    },
  ],
  [
    'said twice is one group',
    `phase('One'); phase('Two'); phase('One'); await agent('a'); return 1`,
    1,
    {
      sees: [
        [phases, ['One', 'Two']],
        [queued('phase'), [['One']]],
      ],
    },
  ],
  ['tolerates a number', `phase(7); return 1`, 1, { sees: [[phases, ['7']]] }],
  [
    'tolerates an object',
    `phase({ title: 'x' }); return 1`,
    1,
    { sees: [[phases, ['{"title":"x"}']]] },
  ],
  [
    'tolerates null, undefined and nothing, which are no title',
    `phase('One'); phase(null); phase(undefined); phase(); return 1`,
    1,
    { sees: [[phases, ['One']]] },
  ],
  [
    'tolerates a symbol, a BigInt and a function',
    `phase(Symbol('s')); phase(1n); phase(() => 1); return 1`,
    1,
    { sees: [[count('phase.started'), 3]] },
  ],
  [
    'cuts a title that is very long',
    `phase('x'.repeat(5000)); return 1`,
    1,
    { sees: [[(bench) => bench.ofType('phase.started')[0]?.title.slice(1995, 2004), 'xxxxx… [3']] },
  ],
]);

runRows('log()', [
  ['writes a line', `log('hello'); return 1`, 1, { sees: [[logs, ['hello']]] }],
  [
    'joins several values',
    `log('a', 1, { b: [2] }, null); return 1`,
    1,
    { sees: [[logs, ['a 1 {"b":[2]} null']]] },
  ],
  [
    'tolerates undefined and nothing',
    `log(undefined); log(); return 1`,
    1,
    { sees: [[logs, ['undefined', '']]] },
  ],
  [
    'tolerates an error',
    `log(new TypeError('bad')); return 1`,
    1,
    { sees: [[logs, ['TypeError: bad']]] },
  ],
  [
    'tolerates a symbol, a BigInt and a function',
    `log(Symbol('s')); log(12n); log(() => 1); return 1`,
    1,
    { sees: [[count('log'), 3]] },
  ],
  [
    'tolerates a cycle',
    `const a = {}; a.a = a; log(a); return 1`,
    1,
    { sees: [[logs, ['[object Object]']]] },
  ],
  [
    'tolerates an object whose toJSON throws',
    `log({ toJSON() { throw new Error('no') } }); return 1`,
    1,
    { sees: [[logs, ['[object Object]']]] },
  ],
  [
    'tolerates an object without a prototype',
    `log(Object.create(null)); return 1`,
    1,
    { sees: [[logs, ['{}']]] },
  ],
  [
    'tolerates a proxy that throws at everything',
    `log(new Proxy({}, { get() { throw new Error('no') }, ownKeys() { throw new Error('no') }, getPrototypeOf() { throw new Error('no') } })); return 1`,
    1,
    { sees: [[count('log'), 1]] },
  ],
  [
    'keeps line breaks and other scripts',
    `log('a\\nb 漢字 😀'); return 1`,
    1,
    { sees: [[logs, ['a\nb 漢字 😀']]] },
  ],
  [
    'keeps 1,000 lines',
    `for (let n = 1; n <= 1000; n += 1) log('line ' + n); return 1`,
    1,
    {
      sees: [
        [
          (bench) =>
            bench
              .ofType('log')
              .map(({ message }) => message)
              .slice(-2),
          ['line 999', 'line 1000'],
        ],
      ],
    },
  ],
  [
    'keeps 1,000 lines of more, then a count',
    `for (let n = 1; n <= 1234; n += 1) log('line ' + n); return 1`,
    1,
    {
      sees: [
        [
          (bench) =>
            bench.ofType('log').filter(({ message }) => message.startsWith('line ')).length,
          1000,
        ],
        [
          (bench) =>
            bench
              .ofType('log')
              .map(({ message }) => message)
              .filter((message) => message.includes('234')),
          ['line 234', '234 more log lines are not kept.'],
        ],
      ],
    },
  ],
  [
    'counts the lines of parallel() and console among them',
    `for (let n = 0; n < 999; n += 1) log(n); console.log('last'); await parallel([() => { throw new Error('x') }]); return 1`,
    1,
    {
      sees: [
        [
          (bench) =>
            logsAt(
              bench.ofType('log').map(({ message }) => message),
              998,
            ),
          ['998', 'last'],
        ],
      ],
    },
  ],
  [
    'may be handed on like any function',
    `['a', 'b'].forEach((x) => log(x)); await Promise.resolve('c').then(log); return 1`,
    1,
    { sees: [[logs, ['a', 'b', 'c']]] },
  ],
  [
    'of a child goes to the same log',
    `log('parent'); await workflow('child'); return 1`,
    1,
    {
      files: { '.muster/workflows/child.js': `${META.replace("'w'", "'child'")}log('child')` },
      sees: [[logs, ['parent', 'child']]],
    },
  ],
]);

function logsAt(lines: readonly string[], index: number): readonly string[] {
  return lines.slice(index, index + 2);
}
