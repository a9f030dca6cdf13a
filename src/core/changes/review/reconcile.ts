import type { Decision } from '../../../protocol/proposals.ts';
import { contentSha256 } from '../text/fileContent.ts';
import type { DecidedApply, DecidedWrite } from './decisions.ts';
import type { LiveFile, ReadLive } from './liveFile.ts';

type Outcome = Extract<Decision, { type: 'outcome' }>;

/**
 * The outcome of an accept or an undo that was cut off, judged by what the files hold now. A file that
 * holds neither the old nor the new bytes counts as refused: its hunks stay pending.
 */
export async function reconcileApply(
  { decisionId, writes }: DecidedApply,
  options: { readonly at: number; readonly readLive: ReadLive },
): Promise<Outcome> {
  const outcomes: Outcome['outcomes'] = [];
  for (const write of writes) {
    if (write.status !== 'open') continue;
    outcomes.push(judge(write, await options.readLive(write.path)));
  }
  return { type: 'outcome', decisionId, at: options.at, outcomes, reconciled: true };
}

function judge(write: DecidedWrite, live: LiveFile): Outcome['outcomes'][number] {
  const { path } = write;
  if (live.type === 'unreadable') return refused(path, `${path} cannot be read: ${live.reason}`);
  if (holdsAfter(write, live)) return { type: 'written', path };
  return holdsBefore(write, live)
    ? refused(path, `${path} was not written before the program ended. Accept it again.`)
    : refused(
        path,
        `${path} changed around the time the program ended. Look at it, then decide again.`,
      );
}

function holdsAfter(write: DecidedWrite, live: ReadableFile): boolean {
  if (sha256Of(live) !== write.afterSha256) return false;
  // Where nothing but the mode was to change, the bytes tell nothing.
  const isModeOnly = write.beforeSha256 === write.afterSha256 && write.afterMode !== null;
  return !isModeOnly || (live.type === 'file' && live.content.mode === write.afterMode);
}

function holdsBefore({ beforeSha256 }: DecidedWrite, live: ReadableFile): boolean {
  return sha256Of(live) === beforeSha256;
}

type ReadableFile = Exclude<LiveFile, { type: 'unreadable' }>;

function sha256Of(live: ReadableFile): string | null {
  return live.type === 'file' ? contentSha256(live.content) : null;
}

function refused(path: string, reason: string): Outcome['outcomes'][number] {
  return { type: 'refused', path, reason };
}
