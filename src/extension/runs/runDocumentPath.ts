import type { HostClient } from '../../hostClient/hostClient.ts';

/** A text that the host keeps of a run. */
export type RunDocument =
  | { readonly type: 'report'; readonly runId: string }
  | { readonly type: 'script'; readonly runId: string }
  | { readonly type: 'transcript'; readonly runId: string; readonly agentId: number };

/** Where a document stands under the scheme `muster-doc`. */
export function runDocumentPath(document: RunDocument): string {
  const run = `/${document.runId}`;
  switch (document.type) {
    case 'report':
      return `${run}/report.md`;
    case 'script':
      return `${run}/workflow.js`;
    case 'transcript':
      return `${run}/agent-${document.agentId}.md`;
  }
}

/** The reverse of `runDocumentPath`; null for a path that is none of ours. */
export function parseRunDocumentPath(path: string): RunDocument | null {
  const match = /^\/([^/]+)\/(?:(report\.md)|(workflow\.js)|agent-(\d+)\.md)$/u.exec(path);
  const runId = match?.[1];
  if (match === null || runId === undefined) return null;
  if (match[2] !== undefined) return { type: 'report', runId };
  if (match[3] !== undefined) return { type: 'script', runId };
  return { type: 'transcript', runId, agentId: Number(match[4]) };
}

/** Asks the host for the text behind a path. */
export async function readDocument(host: HostClient, path: string): Promise<string | null> {
  const document = parseRunDocumentPath(path);
  if (document === null) return null;
  const { runId } = document;
  switch (document.type) {
    case 'report':
      return (await host.request('run.report', { runId })).markdown;
    case 'script':
      return (await host.request('run.script', { runId })).script;
    case 'transcript':
      return (await host.request('agent.transcript', { runId, agentId: document.agentId }))
        .markdown;
  }
}
