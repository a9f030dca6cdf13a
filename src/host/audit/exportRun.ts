/** Packs a run's evidence into one archive: the same run gives the same bytes, and no token leaves with them. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack as createPack, type Pack } from 'tar-stream';
import type { AuditResult } from '../../core/evidence/audit/auditRun.ts';
import { auditRun } from '../../core/evidence/audit/auditRun.ts';
import type { RunFolder } from '../../core/evidence/audit/runFolder.ts';
import { makeStatement, type StatedFile } from '../../core/evidence/audit/statement.ts';
import { scrubSecrets } from '../../core/journal/scrubSecrets.ts';
import { signEnvelope } from './dsse.ts';
import { holdsSecret } from './holdsSecret.ts';
import { openRunFolder } from './openRunFolder.ts';
import { sha256Hex } from '../../node/sha256Hex.ts';

/** Ending of the signed statement that lies beside a signed archive. */
const SIGNATURE_ENDING = '.dsse.json';

/** Everything that is evidence; owner.json holds a token, and what else lies there is not ours. */
const EVIDENCE =
  /^(?:journal\.jsonl|seal\.json|decisions\.(?:jsonl|seal\.json)|script\.js|(?:run|proposals)\.json|report\.md|blobs\/[0-9a-f]{64}|children\/[0-9a-f]{64}\.js|agents\/\d+\/[a-z.]+|verify\/\d+\/[a-z.]+)$/u;

export interface ExportOptions {
  readonly directory: string;
  /** The archive to write; one that is there is replaced. */
  readonly file: string;
  /** Keys that must not leave, beside everything that looks like one. */
  readonly secrets: readonly string[];
  /** An ed25519 key in PEM form, or null for a statement without a signature. */
  readonly signingKey: string | null;
}

export interface ExportedRun {
  readonly sha256: string;
  readonly files: number;
  /** Files that hold something that looks like a token; only their hashes are in the archive. */
  readonly withheld: readonly string[];
  readonly signatureFile: string | null;
  readonly audit: AuditResult;
}

/** A run that cannot be exported as it is. */
export class ExportError extends Error {
  override readonly name = 'ExportError';
  readonly code = 'export';
}

/** Audits the run and packs it. A broken one is packed as it is, and never signed. */
export async function exportRun(options: ExportOptions): Promise<ExportedRun> {
  const { directory, file, signingKey } = options;
  assertOutside(directory, file);
  const folder = await openRunFolder(directory);
  const { runId } = folder;
  if (folder.isLive) {
    throw new ExportError(
      `Cannot export run ${runId}: it is still running. Export it when it has ended.`,
    );
  }
  const audited = await auditRun(folder, []);
  const { result } = audited;
  if (result.verdict === 'broken' && signingKey !== null) {
    throw new ExportError(
      `Cannot sign run ${runId}: its evidence is broken. "muster audit ${runId}" says where.`,
    );
  }
  const draft = `${file}.${process.pid}.part`;
  try {
    const packed = await packRun(options, { folder, audited, draft });
    await rename(draft, file);
    const signatureFile = packed.envelope === null ? null : `${file}${SIGNATURE_ENDING}`;
    if (signatureFile !== null && packed.envelope !== null) {
      await writeFile(signatureFile, packed.envelope, { mode: 0o600 });
    }
    const { sha256, files } = packed;
    const withheld = files.filter(({ isWithheld }) => isWithheld).map(({ name }) => name);
    return { sha256, files: files.length, withheld, signatureFile, audit: result };
  } finally {
    await rm(draft, { force: true });
  }
}

interface Packing {
  readonly folder: RunFolder;
  readonly audited: Awaited<ReturnType<typeof auditRun>>;
  readonly draft: string;
}

interface Packed {
  readonly sha256: string;
  readonly files: readonly StatedFile[];
  readonly envelope: string | null;
}

async function packRun(options: ExportOptions, packing: Packing): Promise<Packed> {
  const pack = createPack();
  const hash = createHash('sha256');
  const gzip = createGzip({ level: 9 });
  gzip.on('data', (chunk: Buffer) => hash.update(chunk));
  const target = createWriteStream(packing.draft, { flags: 'wx', mode: 0o600 });
  const written = pipeline(pack, gzip, target);
  const [filled] = await Promise.all([
    fill(pack, options, packing).catch((error: unknown) => {
      pack.destroy();
      throw error;
    }),
    written,
  ]);
  return { ...filled, sha256: hash.digest('hex') };
}

async function fill(
  pack: Pack,
  { secrets, signingKey }: ExportOptions,
  { folder, audited }: Packing,
): Promise<Omit<Packed, 'sha256'>> {
  const { runId } = folder;
  const files: StatedFile[] = [];
  const names = [...folder.files.keys()].filter((name) => EVIDENCE.test(name)).sort();
  for (const name of names) {
    const bytes = await folder.read(name);
    const sha256 = sha256Hex(bytes);
    if (sha256 !== (await folder.sha256(name))) {
      throw new ExportError(`Cannot export run ${runId}: ${name} changed meanwhile. Try again.`);
    }
    const isWithheld = holdsSecret(bytes, secrets);
    files.push({ name, sha256, isWithheld });
    if (!isWithheld) await addEntry(pack, `${runId}/${name}`, bytes);
  }
  const statement = scrubSecrets(makeStatement(audited, files), secrets);
  await addEntry(pack, `${runId}/statement.json`, Buffer.from(statement));
  const envelope = signingKey === null ? null : signEnvelope(statement, signingKey);
  if (envelope !== null) {
    await addEntry(pack, `${runId}/statement${SIGNATURE_ENDING}`, Buffer.from(envelope));
  }
  pack.finalize();
  return { files, envelope };
}

/** Nothing of this machine or of the moment is in an entry. */
async function addEntry(pack: Pack, name: string, bytes: Uint8Array): Promise<void> {
  const owner = { uid: 0, gid: 0, uname: '', gname: '' };
  const header = { name, size: bytes.length, mode: 0o600, mtime: new Date(0), ...owner };
  const entry = pack.entry(header);
  entry.end(bytes);
  await finished(entry);
}

function assertOutside(directory: string, file: string): void {
  const relative = path.relative(directory, path.resolve(file));
  if (relative.startsWith('..') || path.isAbsolute(relative)) return;
  throw new ExportError(
    `Cannot write ${file}: it lies in the run's own folder. Name another place.`,
  );
}
