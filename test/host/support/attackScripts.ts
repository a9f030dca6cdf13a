import { workflow } from './workflowScript.ts';

/** A script that tries to break or to hang its sandbox. */
export interface AttackScript {
  readonly name: string;
  readonly source: string;
  /** The code that the failed run carries. */
  readonly code: string;
  readonly message: RegExp;
}

/** Attacks that end at once. */
export const quickAttacks: readonly AttackScript[] = [
  {
    name: 'a memory bomb',
    source: workflow(`const hoard = [];\nfor (;;) hoard.push(new Uint8Array(8 * 1024 * 1024));`),
    code: 'script_memory',
    message: /memory/iu,
  },
  {
    name: 'an escape through constructors',
    source: workflow(
      `const make = agent.constructor.constructor('return process');\nreturn String(make().pid);`,
    ),
    code: 'script_error',
    message: /\(line 2, column \d+\)/u,
  },
  {
    name: 'a promise that nothing can settle',
    source: workflow(`await new Promise(() => {});`),
    code: 'script_never_settles',
    message: /nothing can settle/iu,
  },
  {
    name: 'endless recursion',
    source: workflow(`const again = () => 1 + again();\nreturn again();`),
    code: 'script_error',
    message: /stack/iu,
  },
];

/** Runs until the built-in limit of computing without a pause. */
export const endlessLoop: AttackScript = {
  name: 'an endless loop',
  source: workflow(`await null;\nfor (;;);`),
  code: 'script_interrupted',
  message: /without a pause|too long|10 s/iu,
};
