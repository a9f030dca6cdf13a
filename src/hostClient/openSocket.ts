import { connect, type Socket } from 'node:net';
import type { HostPeer } from './hostPeer.ts';

/** Connects to a socket or named pipe; rejects in the words of whoever asks. */
export function openSocket(address: string, peer: HostPeer): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(address);
    const fail = (reason: string, cause?: Error): void => {
      socket.destroy();
      reject(peer.describe({ type: 'unreachable', reason, cause }));
    };
    const onError = (error: Error): void => fail(`${error.message}.`, error);
    socket.setTimeout(peer.answerMs('hello'), () => fail('it does not answer.'));
    socket.once('error', onError);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', onError);
      resolve(socket);
    });
  });
}
