/** The server's half of a binary WebSocket (RFC 6455), for the channels of exec. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

export interface Channels {
  send(channel: number, data: Buffer): void;
  /** says goodbye with code 1000 */
  close(): void;
  /** without a word */
  cut(): void;
}

export interface Heard {
  message(data: Buffer): void;
}

const opcode = { binary: 2, close: 8, ping: 9, pong: 10 };

/** From RFC 6455: proves that the server knows the protocol. */
const magic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export function acceptChannels(
  request: IncomingMessage,
  socket: Duplex,
  { protocol, heard }: { protocol: string; heard: Heard },
): Channels {
  const key = request.headers['sec-websocket-key'] ?? '';
  const accepted = createHash('sha1').update(`${key}${magic}`).digest('base64');
  const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
  const answers = [`Sec-WebSocket-Accept: ${accepted}`, `Sec-WebSocket-Protocol: ${protocol}`];
  socket.write(`${[...head, ...answers].join('\r\n')}\r\n\r\n`);
  let waiting = Buffer.alloc(0);
  const take = ({ kind, data }: Frame): void => {
    if (kind === opcode.ping) socket.write(framed(opcode.pong, data));
    else if (kind === opcode.close) socket.end(framed(opcode.close, data.subarray(0, 2)));
    else heard.message(data);
  };
  socket.on('data', (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    for (let next = frameOf(waiting); next; next = frameOf(waiting)) {
      waiting = waiting.subarray(next.length);
      take(next);
    }
  });
  socket.on('error', () => socket.destroy());
  return {
    send: (channel, data) => void socket.write(framed(opcode.binary, Buffer.concat([Buffer.from([channel]), data]))),
    close: () => void socket.write(framed(opcode.close, Buffer.from([1_000 >> 8, 1_000 & 255]))),
    cut: () => void socket.destroy(),
  };
}

/** What a server sends is not masked; a length above 125 stands in two more bytes, or in eight. */
function framed(kind: number, data: Buffer): Buffer {
  const size = data.length;
  const short = size < 126 ? size : size < 65_536 ? 126 : 127;
  const length = Buffer.alloc(short === 127 ? 8 : short === 126 ? 2 : 0);
  if (short === 126) length.writeUInt16BE(size);
  if (short === 127) length.writeBigUInt64BE(BigInt(size));
  return Buffer.concat([Buffer.from([0x80 | kind, short]), length, data]);
}

interface Frame {
  kind: number;
  data: Buffer;
  /** of all of it, in bytes */
  length: number;
}

/** Undefined while a part is on its way. What a client sends is masked. */
function frameOf(bytes: Buffer): Frame | undefined {
  const [first = 0, second = 0] = bytes;
  const short = second & 127;
  const extra = short === 127 ? 8 : short === 126 ? 2 : 0;
  const begin = 2 + extra + 4;
  if (bytes.length < begin) return undefined;
  const size = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
  if (bytes.length < begin + size) return undefined;
  const mask = bytes.subarray(2 + extra, begin);
  const data = Buffer.from(bytes.subarray(begin, begin + size).map((byte, n) => byte ^ (mask[n % 4] ?? 0)));
  return { kind: first & 15, data, length: begin + size };
}
