/**
 * Everything that crosses the socket between a client (extension, later other processes) and the
 * orchestration host. The receiving side parses with these schemas; see `hostMethods` for the map.
 */
import * as z from 'zod';
import { Estimate } from '../estimate.ts';
import { PriceTable } from '../modelPrices.ts';
import { ScriptCheck, WorkflowPlan } from '../plan.ts';
import { ApplyPlan, OpenBuffer, ProposalSet, Selection, WriteOutcome } from '../proposals.ts';
import { RunEvent } from '../events/runEvents.ts';
import { RunLimits } from '../runLimits.ts';
import { RunView } from '../view/runView.ts';
import { RunSummary } from '../view/summarizeRun.ts';

export const ProviderId = z.enum(['anthropic', 'offline']);
export type ProviderId = z.infer<typeof ProviderId>;

/** Which provider to use; the key lives in the host's memory only and is never journaled. */
export const ProviderConfig = z.object({
  provider: ProviderId,
  baseUrl: z.string().nullable(),
  model: z.string().nullable(),
  apiKey: z.string().nullable(),
  /** The user's own prices. */
  prices: PriceTable.optional(),
});
export type ProviderConfig = z.infer<typeof ProviderConfig>;

/** What is kept of a workspace's runs; those beyond are dropped, the oldest first. */
export const RetentionConfig = z.object({
  maxRuns: z.number().int().positive(),
  maxBytes: z.number().int().positive(),
});
export type RetentionConfig = z.infer<typeof RetentionConfig>;

export const HelloParams = z.object({
  token: z.string(),
  protocolVersion: z.number().int(),
  extensionVersion: z.string(),
});

export const RunControl = z.discriminatedUnion('action', [
  z.object({ action: z.literal('pause') }),
  z.object({ action: z.literal('resume') }),
  z.object({ action: z.literal('throttle'), concurrency: RunLimits.shape.concurrency }),
  z.object({ action: z.literal('cancel') }),
  /** Other limits for a run under way; one that waits at a limit goes on when none is reached any more. */
  z.object({ action: z.literal('raise'), limits: RunLimits }),
  /** Ends a run that waits at a limit: the script gets a WorkflowLimitError; the run can be resumed. */
  z.object({ action: z.literal('stop') }),
  /** The agent becomes null in the script. */
  z.object({ action: z.literal('skipAgent'), agentId: z.number().int().positive() }),
  /** Throws the agent's present attempt away and begins a new one. */
  z.object({ action: z.literal('retryAgent'), agentId: z.number().int().positive() }),
  z.object({
    action: z.literal('answerGate'),
    gateId: z.number().int().positive(),
    approved: z.boolean(),
    note: z.string().max(4000),
    /** For a question about a command: equal ones of this run are allowed, too. */
    forRun: z.boolean().optional(),
  }),
]);
export type RunControl = z.infer<typeof RunControl>;

const Nothing = z.object({});
const RunRef = z.object({ runId: z.string() });

/** Requests from a client to the host: name, parameters, result. */
export const HOST_METHODS = {
  /** The first request of a connection; anything else before it closes the connection. */
  hello: {
    params: HelloParams,
    result: z.object({
      protocolVersion: z.number().int(),
      hostVersion: z.string(),
      pid: z.number().int(),
    }),
  },
  'provider.configure': { params: ProviderConfig, result: Nothing },
  /** How much of earlier runs the user keeps; a host that was never told drops nothing. */
  'retention.configure': { params: RetentionConfig, result: Nothing },
  /** Asks the planner for a workflow. While it writes, `plan.text` notifications arrive. */
  'plan.draft': {
    params: z.object({
      planId: z.string(),
      request: z.string(),
      limits: RunLimits,
      requiredCommands: z.array(z.string()).optional(),
    }),
    result: z.discriminatedUnion('type', [
      z.object({ type: z.literal('plan'), plan: WorkflowPlan }),
      /** The model answered in words and proposed no workflow. */
      z.object({ type: z.literal('answer'), text: z.string() }),
    ]),
  },
  /** Mock run of a script: what it would take, before anything runs. */
  'plan.estimate': {
    params: z.object({ script: z.string(), argsJson: z.string().nullable(), limits: RunLimits }),
    result: z.object({ check: ScriptCheck, estimate: Estimate.nullable() }),
  },
  'plan.cancel': { params: z.object({ planId: z.string() }), result: Nothing },
  'script.check': {
    params: z.object({ script: z.string(), fileName: z.string() }),
    result: ScriptCheck,
  },
  'run.start': {
    params: z.object({
      request: z.string(),
      script: z.string(),
      /** JSON text, or null for `undefined`. */
      argsJson: z.string().nullable(),
      limits: RunLimits,
      approvedCommands: z.array(z.string()),
      /** Globs of commands that the user's settings allow to agents and scripts. */
      allowedCommands: z.array(z.string()).optional(),
      /** Prepares each directory that commands run in; approved like the others. */
      setupCommand: z.string().nullable().optional(),
      /** Commands that have to pass, by the user's settings. */
      requiredCommands: z.array(z.string()).optional(),
      unsandboxed: z.boolean(),
      /** What the plan foretold of this script, for the report. */
      estimate: Estimate.optional(),
    }),
    result: RunRef,
  },
  /** Goes on with a run that has ended or was interrupted; its limits stay unless others are given. */
  'run.resume': {
    params: z.object({
      runId: z.string(),
      limits: RunLimits.nullable(),
      allowedCommands: z.array(z.string()).optional(),
    }),
    result: RunRef,
  },
  /** Runs the commands of an earlier run on the workspace as it is now; nothing is asked of a model. */
  'run.verifyAccepted': {
    params: z.object({
      runId: z.string(),
      requiredCommands: z.array(z.string()),
    }),
    result: RunRef,
  },
  'run.control': { params: z.object({ runId: z.string(), control: RunControl }), result: Nothing },
  'runs.list': { params: Nothing, result: z.object({ runs: z.array(RunSummary) }) },
  /** Answers with a snapshot; `run.events` notifications with following sequence numbers come after it. */
  'run.subscribe': {
    params: RunRef,
    result: z.object({ sequence: z.number().int(), view: RunView }),
  },
  'run.unsubscribe': { params: RunRef, result: Nothing },
  'run.report': { params: RunRef, result: z.object({ markdown: z.string() }) },
  'run.script': { params: RunRef, result: z.object({ script: z.string() }) },
  'agent.transcript': {
    params: z.object({ runId: z.string(), agentId: z.number().int().positive() }),
    result: z.object({ markdown: z.string() }),
  },
  'proposals.get': { params: RunRef, result: ProposalSet },
  /**
   * `proposed` is the right side of the diff: base and live file merged with all but rejected hunks.
   * `unmerged` is the same without what only the live file has, for a merge by hand.
   */
  'proposals.content': {
    params: z.object({
      runId: z.string(),
      path: z.string(),
      side: z.enum(['base', 'proposed', 'unmerged']),
      openBuffers: z.array(OpenBuffer),
    }),
    result: z.object({ bytesBase64: z.string().nullable() }),
  },
  'proposals.accept': {
    params: z.object({ runId: z.string(), selection: Selection, openBuffers: z.array(OpenBuffer) }),
    result: ApplyPlan,
  },
  'proposals.undo': {
    params: z.object({
      runId: z.string(),
      decisionId: z.string().nullable(),
      openBuffers: z.array(OpenBuffer),
    }),
    result: ApplyPlan,
  },
  /** What the apply service did with a plan; only then does the host change any hunk's state. */
  'proposals.applied': {
    params: z.object({
      runId: z.string(),
      decisionId: z.string(),
      outcomes: z.array(WriteOutcome),
    }),
    result: ProposalSet,
  },
  'proposals.reject': {
    params: z.object({ runId: z.string(), selection: Selection }),
    result: ProposalSet,
  },
  /** Makes rejected hunks, and edits kept aside that were discarded, undecided again. */
  'proposals.restore': {
    params: z.object({
      runId: z.string(),
      hunkIds: z.array(z.string()),
      conflictIds: z.array(z.string()),
    }),
    result: ProposalSet,
  },
  /** `agent` is what is proposed now with this agent's edit in it; the two differ by nothing else. */
  'conflicts.content': {
    params: z.object({
      runId: z.string(),
      conflictId: z.string(),
      side: z.enum(['base', 'proposed', 'agent']),
    }),
    result: z.object({ bytesBase64: z.string().nullable() }),
  },
} as const;

export type HostMethod = keyof typeof HOST_METHODS;
export type HostParams<M extends HostMethod> = z.infer<(typeof HOST_METHODS)[M]['params']>;
export type HostResult<M extends HostMethod> = z.infer<(typeof HOST_METHODS)[M]['result']>;

/** Notifications from the host to its clients. */
export const HOST_NOTIFICATIONS = {
  /** Events of a subscribed run, at most ten batches a second; a gap in `sequence` means: subscribe again. */
  'run.events': z.object({
    runId: z.string(),
    sequence: z.number().int(),
    events: z.array(RunEvent),
  }),
  /** Some run started, changed its state or ended. */
  'runs.changed': z.object({ run: RunSummary }),
  /** Old runs are gone, with their proposals and their record. */
  'runs.dropped': z.object({ runIds: z.array(z.string()) }),
  /** The proposals or the decisions of a run changed. */
  'proposals.changed': z.object({ runId: z.string() }),
  'plan.text': z.object({ planId: z.string(), text: z.string() }),
} as const;

export type HostNotification = keyof typeof HOST_NOTIFICATIONS;
export type HostNotificationParams<N extends HostNotification> = z.infer<
  (typeof HOST_NOTIFICATIONS)[N]
>;

/** The lock file of a running host; the file is readable by its user only, because it holds the token. */
export const HostLock = z.object({
  pid: z.number().int(),
  startTime: z.number(),
  socket: z.string(),
  token: z.string(),
  version: z.string(),
});
export type HostLock = z.infer<typeof HostLock>;
