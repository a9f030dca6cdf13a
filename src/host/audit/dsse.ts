/** Signed envelopes in the form that in-toto uses: DSSE with an ed25519 key. */
import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import * as z from 'zod';
import { parseJson } from '../../base/json.ts';
import { sha256Hex } from '../../node/sha256Hex.ts';

/** What the payload is. */
const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

const Envelope = z.object({
  payloadType: z.literal(PAYLOAD_TYPE),
  payload: z.string(),
  signatures: z.array(z.object({ keyid: z.string(), sig: z.string() })).min(1),
});

/** A key that cannot be used, or an envelope that is not what it claims. */
export class SignatureError extends Error {
  override readonly name = 'SignatureError';
  readonly code = 'signature';
}

/** The envelope as JSON text. An ed25519 signature of the same text is always the same. */
export function signEnvelope(payload: string, privateKeyPem: string): string {
  const key = readKey(privateKeyPem, createPrivateKey);
  const sig = sign(null, preAuthEncoding(payload), key).toString('base64');
  const envelope = {
    payloadType: PAYLOAD_TYPE,
    payload: Buffer.from(payload).toString('base64'),
    signatures: [{ keyid: keyIdOf(createPublicKey(key)), sig }],
  };
  return `${JSON.stringify(envelope, null, 2)}\n`;
}

/** The payload of an envelope that this key signed; throws for every other. */
export function openEnvelope(
  text: string,
  publicKeyPem: string,
): { readonly payload: string; readonly keyId: string } {
  const key = readKey(publicKeyPem, createPublicKey);
  const envelope = readEnvelope(text);
  const payload = Buffer.from(envelope.payload, 'base64').toString('utf8');
  const signed = preAuthEncoding(payload);
  const isSigned = envelope.signatures.some(({ sig }) =>
    verify(null, signed, key, Buffer.from(sig, 'base64')),
  );
  if (!isSigned) {
    throw new SignatureError('The signature is not good: this key did not sign this statement.');
  }
  return { payload, keyId: keyIdOf(key) };
}

/** The key's hash, as DSSE leaves it to us. */
function keyIdOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return sha256Hex(der);
}

function readEnvelope(text: string): z.infer<typeof Envelope> {
  try {
    return Envelope.parse(parseJson(text));
  } catch (cause) {
    throw new SignatureError('The signature file is not a signed in-toto statement.', { cause });
  }
}

function readKey(pem: string, create: (pem: string) => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = create(pem);
  } catch {
    // The cause could quote the key.
    throw new SignatureError('The key file holds no key in PEM form.');
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new SignatureError(
    'The key is not an ed25519 key. "openssl genpkey -algorithm ed25519" makes one.',
  );
}

/** What is signed: type and payload with their lengths, so that neither can pass for the other. */
function preAuthEncoding(payload: string): Buffer {
  const bytes = Buffer.from(payload);
  const head = `DSSEv1 ${Buffer.byteLength(PAYLOAD_TYPE)} ${PAYLOAD_TYPE} ${bytes.length} `;
  return Buffer.concat([Buffer.from(head), bytes]);
}
