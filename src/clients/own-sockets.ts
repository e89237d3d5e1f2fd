/** Sockets of pg's clients, held beside them: an end that the other side never answers leaves one open. */
import { Socket } from 'node:net';

export interface OwnSockets {
  /** for pg, which takes a maker of sockets as its setting `stream` */
  stream: () => Socket;
  /** what is still open keeps the process no longer */
  letGo: () => void;
}

/** pg forgets a connection before its server has said goodbye, and its open socket keeps the process. */
export function ownSockets(): OwnSockets {
  const open = new Set<Socket>();
  return {
    stream() {
      const socket = new Socket();
      open.add(socket);
      return socket.once('close', () => open.delete(socket));
    },
    letGo: () => open.forEach((socket) => socket.unref()),
  };
}
