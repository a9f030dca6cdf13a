/**
 * The names that a Muster workflow script has beside JavaScript's own. For an editor: put a jsconfig.json beside
 * your scripts with "checkJs": true, "lib": ["ES2023"], "types": [] and this file in "files" or "include".
 */

declare namespace Muster {
  /** `export const meta = {…}`, the first statement of every script. It must be a literal. */
  interface Meta {
    /** What the workflow is called by. */
    name: string;
    description: string;
    /** Titles for phase(), in their order. */
    phases?: readonly (string | { title: string; detail?: string; model?: string })[];
    /** When a planner should choose this workflow. */
    whenToUse?: string;
    [key: string]: unknown;
  }

  /** JSON Schema with an object at its root. */
  interface Schema {
    type?: string | readonly string[];
    properties?: { readonly [name: string]: unknown };
    required?: readonly string[];
    [keyword: string]: unknown;
  }

  interface AgentOptions {
    /** Name in the run tree; need not be unique. */
    label?: string;
    /** The phase that it belongs to, whatever phase() said last. */
    phase?: string;
    /** Shape of the answer: the model is told about mismatches, and the agent fails when it can't meet it. */
    schema?: Schema;
    /** An alias (`opus`, `sonnet`, `haiku`, `fable`, `fast`, `default`) or a model id. */
    model?: string;
    effort?: 'low' | 'medium' | 'high' | 'xhigh' | 'max';
    /** A built-in type, or one defined in `.muster/agents` or `.claude/agents`. */
    agentType?: 'general-purpose' | 'explore' | 'plan' | 'verifier' | (string & {});
    /** `'worktree'`: a real directory instead of an overlay. Edits come back as proposals all the same. */
    isolation?: 'worktree' | 'none';
    /** Without a sign of life for this long, the attempt is given up and another one made. Default: 180,000. */
    stallMs?: number;
    /** Names of tools; only ever narrows what the agent's type has. */
    tools?: readonly string[];
    /** Globs that this agent may write. */
    writes?: string | readonly string[];
    timeoutMs?: number;
    maxTurns?: number;
    maxUsd?: number;
    maxTokens?: number;
    /** Whole new attempts after the first. Default: 2. */
    retries?: number;
    /** Answers that are sent back because they do not fit the schema. Default: 3. */
    structuredRetries?: number;
    /** The group that its edits join in review. */
    group?: string;
  }

  /** What a schema describes; `any` where it is not written out in the call. */
  type FromSchema<S> = S extends { readonly const: infer C }
    ? C
    : S extends { readonly enum: readonly (infer E)[] }
      ? E
      : S extends { readonly type: infer T }
        ? FromType<S, T>
        : any;
  type FromType<S, T> = T extends 'string'
    ? string
    : T extends 'number' | 'integer'
      ? number
      : T extends 'boolean'
        ? boolean
        : T extends 'null'
          ? null
          : T extends 'array'
            ? S extends { readonly items: infer I }
              ? FromSchema<I>[]
              : any[]
            : T extends 'object'
              ? FromObject<S>
              : any;
  type FromObject<S> = S extends { readonly properties: infer P }
    ? { -readonly [K in keyof P as K extends Required<S> ? K : never]: FromSchema<P[K]> } & {
        -readonly [K in keyof P as K extends Required<S> ? never : K]?: FromSchema<P[K]>;
      }
    : { [key: string]: any };
  type Required<S> = S extends { readonly required: readonly (infer R)[] } ? R : never;

  /** How an agent ended, in words and data. */
  type Outcome<T> =
    | { readonly status: 'ok'; readonly value: T }
    | {
        readonly status: 'failed' | 'skipped' | 'cancelled';
        readonly error: { readonly code: string; readonly message: string };
      };

  interface Agent {
    /** Starts an agent at once. The promise gives its checked answer, or `null` when it failed or was skipped. */
    <const S extends Schema>(
      prompt: string,
      options: AgentOptions & { schema: S },
    ): Promise<FromSchema<S> | null>;
    /** Starts an agent at once. The promise gives its final text, or `null` when it failed or was skipped. */
    (prompt: string, options?: AgentOptions): Promise<string | null>;
    /** The same, and the promise says how the agent ended instead of giving `null`. */
    outcome<const S extends Schema>(
      prompt: string,
      options: AgentOptions & { schema: S },
    ): Promise<Outcome<FromSchema<S>>>;
    outcome(prompt: string, options?: AgentOptions): Promise<Outcome<string>>;
  }

  /** What agents reject with when the run may spend no more. Told apart by its `name`. */
  interface WorkflowLimitError extends Error {
    readonly name: 'WorkflowLimitError';
    /** The limit that was reached, such as `budget` or `maxUsd`. */
    readonly limit: string;
    readonly value: number;
  }

  interface Meter {
    /** The target that was given for this run; `null` when none was. */
    readonly total: number | null;
    spent(): number;
    /** `Infinity` without a target. */
    remaining(): number;
  }

  interface Budget extends Meter {
    /** The same in dollars; `spent()` is `null` when a price is not known. */
    readonly usd: Omit<Meter, 'spent'> & { spent(): number | null };
  }

  interface VerifySpec {
    command: string;
    /** Folder in the workspace. */
    cwd?: string;
    timeoutMs?: number;
    /** Whether the run's verdict depends on it. Default: true. */
    required?: boolean;
    /** How to read the command's output. Default: `auto`. */
    report?: 'auto' | 'tap' | 'junit' | 'json' | 'none';
    /** Also runs the command on the snapshot, to tell new failures from old ones. */
    baseline?: boolean;
    label?: string;
    phase?: string;
  }

  interface Receipt {
    readonly ok: boolean;
    readonly required: boolean;
    readonly sandbox: 'bwrap' | 'seatbelt' | 'none';
    readonly exitCode: number | null;
    readonly durationMs: number;
    readonly tests: {
      readonly passed: number;
      readonly failed: number;
      readonly skipped: number;
    } | null;
    /** Tests that passed on the snapshot and fail now. */
    readonly regressions: readonly string[];
    readonly fixed: readonly string[];
    readonly treeHash: string;
    readonly logPath: string;
    /** The last 8,000 characters. */
    readonly output: string;
    readonly command: string;
    readonly cwd: string;
    readonly timedOut: boolean;
  }

  interface GateAnswer {
    readonly approved: boolean;
    readonly note: string;
  }

  interface Files {
    /** Sorted paths of the snapshot that match. At once, and without cost. */
    (
      glob?: string | readonly string[],
      options?: { limit?: number; exclude?: string | readonly string[] },
    ): string[];
    /** Paths that the run has changed so far. */
    changed(): string[];
  }

  type Stage<Previous, Item, Next> = (
    previous: Awaited<Previous>,
    item: Item,
    index: number,
  ) => Next;
  type Piped<T> = Promise<(Awaited<T> | null)[]>;
  interface Pipeline {
    /** Sends each item through the stages on its own. A stage that throws gives `null` for that item. */
    <I, A>(items: readonly I[], a: Stage<I, I, A>): Piped<A>;
    <I, A, B>(items: readonly I[], a: Stage<I, I, A>, b: Stage<A, I, B>): Piped<B>;
    <I, A, B, C>(
      items: readonly I[],
      ...stages: [Stage<I, I, A>, Stage<A, I, B>, Stage<B, I, C>]
    ): Piped<C>;
    <I, A, B, C, D>(
      items: readonly I[],
      ...stages: [Stage<I, I, A>, Stage<A, I, B>, Stage<B, I, C>, Stage<C, I, D>]
    ): Piped<D>;
    <I>(items: readonly I[], ...stages: Stage<any, I, any>[]): Promise<any[]>;
  }
}

/** Starts agents. */
declare const agent: Muster.Agent;

/**
 * Runs functions and waits for all of them, in order. One that throws gives `null` and a log line.
 * At most 4,096 functions.
 */
declare function parallel<const T extends readonly (() => unknown)[]>(
  thunks: T,
  options?: { concurrency?: number },
): Promise<{ -readonly [K in keyof T]: Awaited<ReturnType<T[K]>> | null }>;

/** Sends items through stages without a barrier between them. At most 4,096 items. */
declare const pipeline: Muster.Pipeline;

/** Names the phase that what follows belongs to. */
declare function phase(title: string): void;

/** A line in the run's log. */
declare function log(...parts: unknown[]): void;

/** The input of the run or of the child, as it was given. */
declare const args: any;

/** Output tokens over the whole run, children included. */
declare const budget: Muster.Budget;

/** Runs a command on the run's present tree in a scratch directory. A failing command gives `ok: false`. */
declare function verify(spec: string | Muster.VerifySpec): Promise<Muster.Receipt>;

/** Asks a person. Other branches go on meanwhile. */
declare function gate(
  question: string,
  details?:
    | string
    | number
    | boolean
    | null
    | readonly unknown[]
    | { timeoutMs?: number; onTimeout?: 'approve' | 'reject'; [key: string]: unknown },
): Promise<Muster.GateAnswer>;

/** Runs a saved workflow inside this run; one level only. The promise gives what it returns. */
declare function workflow(nameOrRef: string | { scriptPath: string }, args?: unknown): Promise<any>;

/** Lists files of the snapshot. */
declare const files: Muster.Files;

/** Text of a file in the snapshot. Throws for a path that is not there and for what is not text. */
declare function read(path: string): string;

/** Goes to the run's log. */
declare var console: {
  log(...parts: unknown[]): void;
  info(...parts: unknown[]): void;
  debug(...parts: unknown[]): void;
  warn(...parts: unknown[]): void;
  error(...parts: unknown[]): void;
};

/** Each firing is part of the run's journal. */
declare function setTimeout<A extends unknown[]>(
  callback: (...values: A) => void,
  delayMs?: number,
  ...values: A
): number;
declare function clearTimeout(timerId: number | undefined): void;

declare function structuredClone<T>(value: T): T;

interface URL {
  href: string;
  readonly origin: string;
  protocol: string;
  username: string;
  password: string;
  host: string;
  hostname: string;
  port: string;
  pathname: string;
  search: string;
  readonly searchParams: URLSearchParams;
  hash: string;
  toJSON(): string;
  toString(): string;
}
declare var URL: { prototype: URL; new (url: string, base?: string | URL): URL };

interface URLSearchParams {
  append(name: string, value: string): void;
  delete(name: string): void;
  get(name: string): string | null;
  getAll(name: string): string[];
  has(name: string): boolean;
  set(name: string, value: string): void;
  sort(): void;
  toString(): string;
}
declare var URLSearchParams: {
  prototype: URLSearchParams;
  new (
    init?: string | Record<string, string> | readonly (readonly [string, string])[],
  ): URLSearchParams;
};

interface TextEncoder {
  encode(text?: string): Uint8Array;
}
declare var TextEncoder: { prototype: TextEncoder; new (): TextEncoder };

interface TextDecoder {
  decode(bytes?: Uint8Array | ArrayBuffer): string;
}
declare var TextDecoder: { prototype: TextDecoder; new (encoding?: string): TextDecoder };

interface DateConstructor {
  /** @deprecated Throws: a resumed run would take another path. Pass times through `args`. */
  now(): number;
}

interface Math {
  /** @deprecated Throws: a resumed run would take another path. Vary by index instead. */
  random(): number;
}
