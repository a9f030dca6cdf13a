/** What the stubs of one mock run answer: always the same to the same question. */
import type { Json } from '../../../base/json.ts';
import type { StubKind } from '../../../protocol/estimate.ts';
import type { AgentCall } from '../../agent/agentCall.ts';
import { stubFromSchema } from './stubFromSchema.ts';

/** Characters of a prompt in which a path is looked for. */
const SEARCHED_CHARS = 20_000;

export class StubAnswers {
  readonly #kind: StubKind;
  readonly #paths: readonly string[];
  readonly #known: ReadonlySet<string>;
  readonly #salts = new Map<string, number>();

  constructor(kind: StubKind, paths: readonly string[]) {
    this.#kind = kind;
    this.#paths = paths;
    this.#known = new Set(paths);
  }

  agent(call: AgentCall): Json {
    const { schema } = call;
    const salt = this.#saltOf(call.prompt);
    if (schema === null) return `Stub answer ${salt}.`;
    return stubFromSchema({ kind: this.#kind, schema, salt, paths: this.#paths });
  }

  /** What an agent that may write is taken to have changed: the file that its prompt names, or some file. */
  changedPath(call: AgentCall): string | null {
    if (this.#kind === 'lean' || this.#paths.length === 0) return null;
    const words = call.prompt.slice(0, SEARCHED_CHARS).split(/[\s"'`,;:()<>[\]{}]+/u);
    const named = words.find((word) => this.#known.has(word));
    return named ?? this.#paths[(this.#saltOf(call.prompt) - 1) % this.#paths.length] ?? null;
  }

  receipt(command: string): Json {
    const ok = this.#kind === 'generous';
    const failure = `stub: ${command} fails`;
    return {
      ok,
      required: true,
      sandbox: 'none',
      exitCode: ok ? 0 : 1,
      durationMs: 0,
      tests: { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 },
      regressions: ok ? [] : [failure],
      fixed: [],
      treeHash: '',
      logPath: '',
      output: ok ? '' : failure,
      command,
      cwd: '',
      timedOut: false,
    };
  }

  gate(): Json {
    return { approved: this.#kind === 'generous', note: '' };
  }

  #saltOf(prompt: string): number {
    const known = this.#salts.get(prompt);
    if (known !== undefined) return known;
    const salt = this.#salts.size + 1;
    this.#salts.set(prompt, salt);
    return salt;
  }
}
