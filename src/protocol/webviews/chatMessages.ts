/** Messages between the chat webview and the extension. */
import * as z from 'zod';
import { WorkflowPlan } from '../plan.ts';
import { GateView } from '../view/runView.ts';
import { RunSummary } from '../view/summarizeRun.ts';

/** What the host takes as the note to an answer. */
const MAX_NOTE_CHARS = 4000;

export const ChatItem = z.discriminatedUnion('type', [
  z.object({ id: z.string(), type: z.literal('request'), text: z.string(), at: z.number() }),
  /** Markdown; `streaming` while more is to come. */
  z.object({
    id: z.string(),
    type: z.literal('answer'),
    markdown: z.string(),
    streaming: z.boolean(),
  }),
  z.object({
    id: z.string(),
    type: z.literal('plan'),
    plan: WorkflowPlan,
    status: z.enum(['awaitingApproval', 'approved', 'discarded']),
  }),
  /** While the run is live a run card, afterwards its report card. */
  z.object({ id: z.string(), type: z.literal('run'), run: RunSummary }),
  /** A question of a run: a card while it is `open`, one line once it is `answered` or `closed`. */
  z.object({
    id: z.string(),
    type: z.literal('gate'),
    runId: z.string(),
    runName: z.string(),
    /** Says what the answer was; nothing of it when somebody else closed the gate. */
    gate: GateView,
    status: z.enum(['open', 'answered', 'closed']),
  }),
  z.object({
    id: z.string(),
    type: z.literal('problem'),
    message: z.string(),
    actions: z.array(z.object({ actionId: z.string(), label: z.string() })),
  }),
]);
export type ChatItem = z.infer<typeof ChatItem>;

export const ComposerState = z.object({
  /** Why nothing can be sent now, or null. */
  disabledReason: z.string().nullable(),
  busy: z.boolean(),
  /** For example "Offline (no AI)" or "Anthropic". */
  providerLabel: z.string(),
  modelLabel: z.string(),
  /** For example "16 at once · 200 agents · $5". */
  capsLabel: z.string(),
});
export type ComposerState = z.infer<typeof ComposerState>;

/** Extension to webview. `snapshot` replaces everything; `item` replaces or appends one item by id. */
export const ChatToWebview = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), items: z.array(ChatItem), composer: ComposerState }),
  z.object({ type: z.literal('item'), item: ChatItem }),
  z.object({ type: z.literal('composer'), composer: ComposerState }),
  z.object({ type: z.literal('focusComposer') }),
  /** The user asked elsewhere for this item: it comes into sight and takes the focus. */
  z.object({ type: z.literal('focusItem'), itemId: z.string() }),
]);
export type ChatToWebview = z.infer<typeof ChatToWebview>;

const PlanAction = z.enum(['run', 'dryRun', 'openScript', 'changeCaps', 'discard']);
const RunAction = z.enum([
  'pause',
  'resume',
  'throttle',
  'raise',
  'stop',
  'cancel',
  'answer',
  'openTree',
  'review',
  'verifyAccepted',
  'openReport',
  'openScript',
]);

/** Webview to extension: what the user did. */
export const ChatFromWebview = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('send'), text: z.string().min(1).max(100_000) }),
  z.object({ type: z.literal('stopPlanning') }),
  z.object({
    type: z.literal('plan'),
    itemId: z.string(),
    action: PlanAction,
    /** The user ticked that the plan's commands may run without a sandbox. */
    unsandboxed: z.boolean(),
  }),
  z.object({ type: z.literal('run'), runId: z.string(), action: RunAction }),
  z.object({
    type: z.literal('gate'),
    itemId: z.string(),
    approved: z.boolean(),
    note: z.string().max(MAX_NOTE_CHARS),
    /** For a question about a command: equal ones of this run are allowed, too. */
    forRun: z.boolean().optional(),
  }),
  z.object({ type: z.literal('problem'), itemId: z.string(), actionId: z.string() }),
  z.object({ type: z.literal('chooseProvider') }),
]);
export type ChatFromWebview = z.infer<typeof ChatFromWebview>;
