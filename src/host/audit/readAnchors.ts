import { readFile } from 'node:fs/promises';
import { parseJson } from '../../base/json.ts';
import type { Anchor } from '../../core/evidence/audit/anchors.ts';
import {
  DECISIONS_HEAD_SUBJECT,
  HEAD_SUBJECT,
  SignedStatement,
  TREE_SUBJECT,
} from '../../core/evidence/audit/statement.ts';
import { openEnvelope, SignatureError } from './dsse.ts';

/** Reads a signed statement of a run; rejects unless this key signed it, and about this run. */
export async function readSignedAnchor(options: {
  readonly runId: string;
  readonly signatureFile: string;
  readonly publicKeyFile: string;
}): Promise<Anchor> {
  const { runId, signatureFile, publicKeyFile } = options;
  const [envelope, publicKey] = await Promise.all([
    readFile(signatureFile, 'utf8'),
    readFile(publicKeyFile, 'utf8'),
  ]);
  const { payload, keyId } = openEnvelope(envelope, publicKey);
  const statement = SignedStatement.safeParse(parseJson(payload));
  if (!statement.success) {
    throw new SignatureError(`${signatureFile} was signed, and is no statement about a run.`);
  }
  const { subject, predicate } = statement.data;
  if (predicate.runId !== runId) {
    throw new SignatureError(`${signatureFile} is about run ${predicate.runId}, not ${runId}.`);
  }
  const files = new Map(subject.map(({ name, digest }) => [name, digest['sha256'] ?? '']));
  const head = files.get(HEAD_SUBJECT) ?? '';
  const decisionsHead = files.get(DECISIONS_HEAD_SUBJECT) ?? null;
  for (const name of [HEAD_SUBJECT, DECISIONS_HEAD_SUBJECT, TREE_SUBJECT]) files.delete(name);
  return { type: 'signature', keyId, head, decisionsHead, files };
}
