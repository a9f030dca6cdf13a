/** A path as git writes it in a patch, as byte text: in quotes where a character would be taken for something else. */
export function quotePath(path: string): string {
  const bytes = Buffer.from(path).toString('latin1');
  if (!/["\\\u0000-\u001f\u007f]/u.test(bytes)) return bytes;
  const quoted = bytes.replace(/["\\\u0000-\u001f\u007f]/gu, (character) => {
    const code = character.charCodeAt(0);
    return code >= 0x20 && code < 0x7f
      ? `\\${character}`
      : `\\${code.toString(8).padStart(3, '0')}`;
  });
  return `"${quoted}"`;
}
