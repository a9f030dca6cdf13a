import { spawnSync } from 'node:child_process';

/**
 * Whether this machine lets programs be walled in, asked without the product: containers and kernels
 * can forbid it. What a machine cannot do is tested as absent.
 */
export function hasSandbox(): boolean {
  if (process.platform === 'darwin') return true;
  if (process.platform !== 'linux') return false;
  const walls = ['--unshare-net', '--unshare-pid', '--ro-bind', '/', '/', '--proc', '/proc'];
  const tools = [spawnSync('socat', ['-V']), spawnSync('rg', ['--version'])];
  return [...tools, spawnSync('bwrap', [...walls, 'true'])].every(({ status }) => status === 0);
}
