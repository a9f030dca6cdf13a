import type { AnswerContext } from '../answers/answerContext.ts';
import type { CommandContext } from '../commands/commandContext.ts';
import type { SpendingContext } from '../limits/spendingContext.ts';
import type { RunContext } from '../runContext.ts';

/** What an agent works with. */
export type AgentContext = RunContext & SpendingContext & CommandContext;

/** What it takes to carry out a call of agent() as well. */
export type AgentCallContext = AgentContext & AnswerContext;
