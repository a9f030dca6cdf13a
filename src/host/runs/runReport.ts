/** The report of a run: its view, its journal, and what lies beside the journal in the run's folder. */
import path from 'node:path';
import { errorCode } from '../../base/errorText.ts';
import { parseJson, type Json } from '../../base/json.ts';
import { buildProposals, toProposalSet } from '../../core/changes/proposals.ts';
import { NO_DECISIONS } from '../../core/changes/review/decisions.ts';
import { readReportFacts, type ReportDetails } from '../../core/evidence/runReport/reportFacts.ts';
import { summaryOf } from '../../core/evidence/runReport/summaryOf.ts';
import { writeReport } from '../../core/evidence/writeReport.ts';
import { loadValue } from '../../core/run/outcomes/storeValue.ts';
import type { RunEngine } from '../../core/run/runEngine.ts';
import type { Estimate } from '../../protocol/estimate.ts';
import type { ProposalSet } from '../../protocol/proposals.ts';
import type { DurableRunEvent } from '../../protocol/events/runEvents.ts';
import type { RunView } from '../../protocol/view/runView.ts';
import { FileBlobs } from '../adapters/store/fileBlobs.ts';
import { RunHead } from './runHead.ts';
import { readIfThere } from '../../node/readIfThere.ts';
import { readJournal } from '../adapters/store/readJournal.ts';

/** The report that stays in the folder: what is true when the run ends, before anybody decides. */
export function makeEndReport(
  directory: string,
  { tree, view }: Pick<RunEngine, 'tree' | 'view'>,
): Promise<string> {
  const { record } = buildProposals({ runId: view.runId, tree, decisions: NO_DECISIONS });
  return makeRunReport(directory, view, toProposalSet(record, NO_DECISIONS));
}

/** Writes it as Markdown; null proposals leave the changes by group out. */
export async function makeRunReport(
  directory: string,
  view: RunView,
  proposals: ProposalSet | null,
): Promise<string> {
  return writeReport(view, proposals, await readDetails(directory));
}

async function readDetails(directory: string): Promise<ReportDetails> {
  const { events, headHash } = await readJournal(directory);
  const seq = events.at(-1)?.seq;
  return {
    ...readReportFacts(events),
    estimate: await readEstimate(directory),
    summary: summaryOf(await readResult(directory, events)),
    journalHead: seq === undefined ? null : { seq, head: headHash },
  };
}

async function readResult(directory: string, events: readonly DurableRunEvent[]): Promise<Json> {
  const last = events.findLast(({ type }) => type === 'run.ended' || type === 'run.resumed');
  if (last?.type !== 'run.ended' || last.result === null) return null;
  try {
    return await loadValue(last.result, new FileBlobs(path.join(directory, 'blobs')));
  } catch (error) {
    // A blob that is lost or damaged is for the audit to name; the rest of the report is as true without it.
    if (['not_found', 'blob_broken'].includes(errorCode(error) ?? '')) return null;
    throw error;
  }
}

/** Null where none was made, and in runs of older versions. */
async function readEstimate(directory: string): Promise<Estimate | null> {
  const text = await readIfThere(path.join(directory, 'run.json'));
  return text === null ? null : RunHead.parse(parseJson(text)).estimate;
}
