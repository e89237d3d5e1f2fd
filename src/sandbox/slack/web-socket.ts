/** The server's half of a WebSocket (RFC 6455), as much of it as Socket Mode needs: text, ping, pong, close. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

export interface WebSocketServer {
  send(text: string): void;
  ping(): void;
  close(): void;
}

export interface Heard {
  text(text: string): void;
  closed(): void;
}

const magic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const op = { more: 0, text: 1, close: 8, ping: 9, pong: 10 };

export function acceptSocket(request: IncomingMessage, socket: Duplex, heard: Heard): WebSocketServer {
  const key = request.headers['sec-websocket-key'] ?? '';
  const accept = createHash('sha1')
    .update(key + magic)
    .digest('base64');
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const send = (opcode: number, data: Buffer): void => {
    if (!socket.destroyed) socket.write(frame(opcode, data));
  };
  let waiting = Buffer.alloc(0);
  let text = '';
  const take = ({ opcode, last, data }: Frame): void => {
    if (opcode === op.ping) return send(op.pong, data);
    if (opcode === op.close) return void socket.end(frame(op.close, data.subarray(0, 2)));
    if (opcode !== op.text && opcode !== op.more) return;
    text += data.toString('utf8');
    if (!last) return;
    heard.text(text);
    text = '';
  };
  socket.on('data', (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    for (let next = readFrame(waiting); next; next = readFrame(waiting)) {
      waiting = waiting.subarray(next.length);
      take(next);
    }
  });
  socket.once('close', () => heard.closed());
  socket.on('error', () => socket.destroy());
  return {
    send: (words) => send(op.text, Buffer.from(words)),
    ping: () => send(op.ping, Buffer.alloc(0)),
    close: () => void socket.end(frame(op.close, Buffer.from([3, 232]))),
  };
}

/** A server's frames are not masked. The length has one byte, or a mark and two or eight more. */
function frame(opcode: number, data: Buffer): Buffer {
  const first = 0x80 | opcode;
  if (data.length < 126) return Buffer.concat([Buffer.from([first, data.length]), data]);
  const head = Buffer.alloc(data.length < 65_536 ? 4 : 10);
  head[0] = first;
  if (data.length < 65_536) {
    head[1] = 126;
    head.writeUInt16BE(data.length, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(data.length), 2);
  }
  return Buffer.concat([head, data]);
}

interface Frame {
  opcode: number;
  last: boolean;
  data: Buffer;
  /** of the whole frame, in bytes */
  length: number;
}

/** Undefined while a part of it is still on its way; what a client sends is masked. */
function readFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined;
  const [first = 0, second = 0] = bytes;
  const extra = { 126: 2, 127: 8 }[second & 0x7f] ?? 0;
  if (bytes.length < 2 + extra + 4) return undefined;
  const size = sizeOf(bytes, second & 0x7f);
  const start = 2 + extra + 4;
  if (bytes.length < start + size) return undefined;
  const mask = bytes.subarray(2 + extra, start);
  const data = Buffer.from(bytes.subarray(start, start + size).map((byte, n) => byte ^ (mask[n % 4] ?? 0)));
  return { opcode: first & 0x0f, last: (first & 0x80) !== 0, data, length: start + size };
}

function sizeOf(bytes: Buffer, short: number): number {
  if (short === 126) return bytes.readUInt16BE(2);
  return short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
}
