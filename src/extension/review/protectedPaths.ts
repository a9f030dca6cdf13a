// The same lists as safety.md has them, enforced here once more at the last moment before a write.
const hidden: readonly RegExp[] = [
  /(?:^|\/)\.git(?:\/|$)/iu,
  /(?:^|\/)\.env$/iu,
  /(?:^|\/)\.env\.(?!(?:example|sample|template)$)[^/]*$/iu,
  /\.(?:pem|key|p12|pfx|jks|keystore)$/iu,
  /(?:^|\/)id_(?:rsa|dsa|ecdsa|ed25519)$/iu,
];
const readOnly: readonly RegExp[] = [/(?:^|\/)\.vscode\/(?:settings|tasks|launch)\.json$/iu];

/** True for paths that no proposal may ever write, whoever accepts it. Takes `/` as separator. */
export function isProtectedPath(relativePath: string): boolean {
  return [...hidden, ...readOnly].some((pattern) => pattern.test(relativePath));
}
