/** Messages between the run tree webview and the extension. */
import * as z from 'zod';
import { RunEvent } from '../events/runEvents.ts';
import { RunView } from '../view/runView.ts';

/** Extension to webview: one snapshot, then deltas whose `sequence` counts on from it without a gap. */
export const RunTreeToWebview = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), sequence: z.number().int(), view: RunView.nullable() }),
  z.object({ type: z.literal('events'), sequence: z.number().int(), events: z.array(RunEvent) }),
]);
export type RunTreeToWebview = z.infer<typeof RunTreeToWebview>;

/** Webview to extension. `ready` and `resync` both ask for a snapshot. */
export const RunTreeFromWebview = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('resync') }),
  z.object({
    type: z.literal('agent'),
    runId: z.string(),
    agentId: z.number().int().positive(),
    action: z.enum(['transcript', 'changes', 'skip', 'retry']),
  }),
  z.object({
    type: z.literal('run'),
    runId: z.string(),
    action: z.enum([
      'pause',
      'resume',
      'throttle',
      'raise',
      'stop',
      'cancel',
      'answer',
      'review',
      'openReport',
    ]),
  }),
  /** The user wants to answer this question. */
  z.object({ type: z.literal('gate'), runId: z.string(), gateId: z.number().int().positive() }),
]);
export type RunTreeFromWebview = z.infer<typeof RunTreeFromWebview>;

/** What the editor hands to a command of a row's context menu: the row's own `data-vscode-context`. */
export const RunTreeMenuTarget = z.object({
  runId: z.string(),
  agentId: z.number().int().positive().optional(),
  gateId: z.number().int().positive().optional(),
});
export type RunTreeMenuTarget = z.infer<typeof RunTreeMenuTarget>;
