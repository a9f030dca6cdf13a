/** What the key beside the space bar that commands are given with is called on this machine. */
export function commandKeyName(): 'Cmd' | 'Ctrl' {
  return navigator.userAgent.includes('Macintosh') ? 'Cmd' : 'Ctrl';
}
