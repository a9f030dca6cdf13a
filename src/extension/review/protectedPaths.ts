// The lists of safety.md, enforced here once more at the last moment before a write; the host has
// enforced them before. All patterns are in lower case and see folded paths.
const hidden: readonly RegExp[] = [
  /(?:^|\/)\.git(?:\/|$)/u,
  /(?:^|\/)\.ssh\//u,
  /(?:^|\/)\.(?:env|git-credentials|netrc)$/u,
  /(?:^|\/)\.env\.(?!(?:example|sample|template)$)[^/]*$/u,
  /\.(?:pem|key|p12|pfx|jks|keystore|ppk)$/u,
  /(?:^|\/)id_(?:rsa|dsa|(?:ecdsa|ed25519)(?:_sk)?)$/u,
];
const readOnly: readonly RegExp[] = [
  /(?:^|\/)\.vscode\/(?:settings|tasks|launch)\.json$/u,
  /\.code-workspace$/u,
];

/** True for paths that no proposal may ever write, whoever accepts it. */
export function isProtectedPath(relativePath: string): boolean {
  const folded = foldPath(relativePath);
  return [...hidden, ...readOnly].some((pattern) => pattern.test(folded));
}

// What some file system takes for the same name: other letter case, characters that macOS ignores,
// final dots and spaces and streams that Windows cuts off, and its short name of `.git`.
function foldPath(relativePath: string): string {
  return relativePath.split(/[/\\]/u).map(foldName).join('/');
}

function foldName(name: string): string {
  const visible = name
    .normalize('NFKC')
    .replaceAll(/\p{Default_Ignorable_Code_Point}|\p{Cc}/gu, '');
  const withoutTail = (visible.toLowerCase().split(':')[0] ?? '').replace(/[. ]+$/u, '');
  return /^git~\d+$/u.test(withoutTail) ? '.git' : withoutTail;
}
