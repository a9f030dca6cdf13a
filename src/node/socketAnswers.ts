import { connect } from 'node:net';

/** Time in which a process that lives answers on its socket. */
const PROBE_MS = 1000;

/** Whether some process listens at this socket or named pipe. */
export function socketAnswers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const done = (isAlive: boolean): void => {
      socket.destroy();
      resolve(isAlive);
    };
    socket.setTimeout(PROBE_MS, () => done(false));
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}
