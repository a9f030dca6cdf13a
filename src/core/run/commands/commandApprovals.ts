/** Decides whether a command may run: by the user's list, by the plan, or by asking. */
import { createDeferred, type Deferred } from '../../../base/deferred.ts';
import { COMMAND_QUESTION_MS, MAX_OPEN_COMMAND_QUESTIONS } from '../../limits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SandboxKind } from '../../ports/commandRunner.ts';
import type { RunFact, RunEventOf } from '../../../protocol/events/runEvents.ts';
import type { RunConfig } from '../runConfig.ts';
import { commandRules } from './commandRules.ts';

export type CommandApproval =
  | { readonly type: 'allowed'; readonly by: 'list' | 'plan' | 'user' }
  | { readonly type: 'refused'; readonly reason: string };

/** Who wants to run what, and where: all that a person needs to judge. */
export interface AskedCommand {
  readonly agentId: number;
  readonly command: string;
  /** A folder below the repository; '' for its root. */
  readonly cwd: string;
}

export interface CommandApprovalsOptions {
  readonly config: Pick<
    RunConfig,
    'approvedCommands' | 'allowedCommands' | 'unsandboxed' | 'onCommand'
  >;
  readonly clock: Clock;
  readonly sandbox: () => Promise<SandboxKind>;
  readonly record: (fact: RunFact) => Promise<void>;
  readonly track: (task: Promise<void>) => void;
  /** Numbers that no gate of the run has. */
  readonly nextQuestionId: () => number;
  /** What the user allowed for the whole run in earlier sessions. */
  readonly allowedBefore: readonly string[];
}

/** What a question to the user takes. */
export interface Asking {
  readonly signal: AbortSignal;
  readonly whileAsking: <T>(ask: () => Promise<T>) => Promise<T>;
}

/** An answer, from a person or from what stands in for one. */
export type CommandAnswer = Pick<RunEventOf<'command.answered'>, 'approved' | 'forRun' | 'by'>;

interface Question {
  readonly id: number;
  readonly key: string;
  readonly command: string;
  readonly answered: Deferred<CommandAnswer>;
  readonly timer: { dispose(): void };
  /** Agents that wait for the answer. */
  waiting: number;
}

export class CommandApprovals {
  readonly #options: CommandApprovalsOptions;
  readonly #isListed: (command: string) => boolean;
  readonly #allowedForRun: Set<string>;
  readonly #open = new Map<string, Question>();

  constructor(options: CommandApprovalsOptions) {
    this.#options = options;
    this.#isListed = commandRules(options.config.allowedCommands);
    this.#allowedForRun = new Set(options.allowedBefore);
  }

  /** Whether a command may run without a question: for the script's own, which nobody is asked about. */
  async decideListed(command: string): Promise<CommandApproval> {
    const by = this.#knownBy(command);
    if (by === null) {
      const hint = 'Approve it with the plan, or allow it (--allow-command).';
      return { type: 'refused', reason: `the command "${command}" was not approved. ${hint}` };
    }
    return (await this.#consentMissing(command)) ?? { type: 'allowed', by };
  }

  /** Asks the user where nothing else allows it, within `whileAsking`. Rejects with the signal's reason. */
  async decide(asked: AskedCommand, asking: Asking): Promise<CommandApproval> {
    const missing = await this.#consentMissing(asked.command);
    if (missing !== null) return missing;
    const by = this.#knownBy(asked.command);
    if (by !== null) return { type: 'allowed', by };
    if (this.#options.config.onCommand === 'refuse') {
      const reason =
        'This command is not on the list of allowed ones, and nobody is there to be asked. Go on without it.';
      return { type: 'refused', reason };
    }
    return asking.whileAsking(() => this.#ask(asked, asking.signal));
  }

  /** False when no such question is open. */
  answer(questionId: number, answer: CommandAnswer): boolean {
    const question = [...this.#open.values()].find(({ id }) => id === questionId);
    if (question === undefined) return false;
    this.#close(question, answer);
    return true;
  }

  /** Nobody is asked any more. */
  dispose(): void {
    for (const question of this.#open.values()) {
      this.#close(question, { approved: false, forRun: false, by: 'gone' });
    }
  }

  #knownBy(command: string): 'list' | 'plan' | 'user' | null {
    if (this.#options.config.approvedCommands.includes(command)) return 'plan';
    if (this.#allowedForRun.has(command)) return 'user';
    return this.#isListed(command) ? 'list' : null;
  }

  // Approving a command approves its text; what it runs was written by agents.
  async #consentMissing(command: string): Promise<CommandApproval | null> {
    if (this.#options.config.unsandboxed || (await this.#options.sandbox()) !== 'none') return null;
    const hint = 'Give that consent with the plan (--unsandboxed).';
    const reason = `"${command}" would run code written by agents with your rights, because no sandbox is available. ${hint}`;
    return { type: 'refused', reason };
  }

  async #ask(asked: AskedCommand, signal: AbortSignal): Promise<CommandApproval> {
    const sandbox = await this.#options.sandbox();
    signal.throwIfAborted();
    const key = JSON.stringify([asked.command, asked.cwd]);
    const question = this.#open.get(key) ?? this.#openQuestion(key, { ...asked, sandbox });
    if (question === null) {
      const reason = `${MAX_OPEN_COMMAND_QUESTIONS} commands wait for an answer already. Go on without this one, or try it later.`;
      return { type: 'refused', reason };
    }
    const answer = await this.#waitFor(question, signal);
    if (answer.approved) return { type: 'allowed', by: 'user' };
    return { type: 'refused', reason: refusalOf(answer) };
  }

  #openQuestion(
    key: string,
    { agentId, command, cwd, sandbox }: AskedCommand & { readonly sandbox: SandboxKind },
  ): Question | null {
    const { clock, record, track, nextQuestionId } = this.#options;
    if (this.#open.size >= MAX_OPEN_COMMAND_QUESTIONS) return null;
    const id = nextQuestionId();
    const timer = clock.after(COMMAND_QUESTION_MS, () =>
      this.answer(id, { approved: false, forRun: false, by: 'timeout' }),
    );
    const answered = createDeferred<CommandAnswer>();
    const question = { id, key, command, answered, timer, waiting: 0 };
    this.#open.set(key, question);
    track(record({ type: 'command.asked', questionId: id, agentId, command, cwd, sandbox }));
    return question;
  }

  async #waitFor(question: Question, signal: AbortSignal): Promise<CommandAnswer> {
    const stopped = createDeferred<CommandAnswer>();
    // The reason is whatever the owner of the signal gave, usually an Error.
    const onAbort = (): void => stopped.reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    question.waiting += 1;
    try {
      return await Promise.race([question.answered.promise, stopped.promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
      question.waiting -= 1;
      if (question.waiting === 0) this.#leave(question);
    }
  }

  /** Nobody needs the answer any more, so nobody has to give one. */
  #leave(question: Question): void {
    if (this.#open.get(question.key) !== question) return;
    this.#close(question, { approved: false, forRun: false, by: 'gone' });
  }

  #close(question: Question, answer: CommandAnswer): void {
    const { record, track } = this.#options;
    this.#open.delete(question.key);
    question.timer.dispose();
    if (answer.approved && answer.forRun) this.#allowedForRun.add(question.command);
    const fact = { type: 'command.answered', questionId: question.id, ...answer } as const;
    // The command starts when the approval is durable.
    track(record(fact).finally(() => question.answered.resolve(answer)));
  }
}

function refusalOf({ by }: CommandAnswer): string {
  return by === 'user'
    ? 'The user refused this command. Go on without it.'
    : 'Nobody answered the question whether this command may run. Go on without it.';
}
