/** The few messages of Postgres's protocol that an admin console needs, version 3.0. */

export interface Message {
  /** a letter; empty for those of the start, which have none */
  type: string;
  body: Buffer;
}

export const sslRequest = 80_877_103;
export const gssRequest = 80_877_104;
export const protocolVersion = 196_608;

/** Cuts what arrives into messages, and keeps the rest. The first ones carry no letter. */
export function takeMessage(buffer: Buffer, isStarting: boolean): { message: Message; rest: Buffer } | undefined {
  const head = isStarting ? 0 : 1;
  if (buffer.length < head + 4) return undefined;
  const length = buffer.readInt32BE(head);
  if (length < 4 || buffer.length < head + length) return undefined;
  const message = { type: buffer.toString('latin1', 0, head), body: buffer.subarray(head + 4, head + length) };
  return { message, rest: buffer.subarray(head + length) };
}

/** Pairs of a name and a value, up to an empty name. */
export function parametersIn(body: Buffer): Map<string, string> {
  const words = body.toString('utf8').split('\0');
  const found = new Map<string, string>();
  for (let at = 0; at + 1 < words.length && words[at] !== ''; at += 2) found.set(words[at] ?? '', words[at + 1] ?? '');
  return found;
}

export const textIn = (body: Buffer): string => body.toString('utf8').replace(/\0$/, '');

function message(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const word = (text: string): Buffer => Buffer.from(`${text}\0`);

function int(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeIntBE(value, 0, bytes);
  return buffer;
}

export const askPassword = (): Buffer => message('R', int(3, 4));
export const ready = (): Buffer => message('Z', Buffer.from('I'));

export const welcome = (parameters: Record<string, string>): Buffer =>
  Buffer.concat([
    message('R', int(0, 4)),
    ...Object.entries(parameters).map(([name, value]) => message('S', word(name), word(value))),
    message('K', int(1, 4), int(1, 4)),
    ready(),
  ]);

/** One code for everything: that is how this version fails. */
export const refusal = (severity: 'ERROR' | 'FATAL', text: string): Buffer =>
  message('E', word(`S${severity}`), word('C08P01'), word(`M${text}`), Buffer.alloc(1));

export const notice = (text: string): Buffer =>
  message('N', word('SNOTICE'), word('C00000'), word(`M${text}`), Buffer.alloc(1));

const types = { text: { oid: 25, size: -1 }, int4: { oid: 23, size: 4 } };
export type Columns = Record<string, keyof typeof types>;

export function rowsOf(columns: Columns, rows: Record<string, string | number | null>[]): Buffer {
  const fields = Object.entries(columns).map(([name, type]) =>
    Buffer.concat([
      word(name),
      int(0, 4),
      int(0, 2),
      int(types[type].oid, 4),
      int(types[type].size, 2),
      int(0, 4),
      int(0, 2),
    ]),
  );
  const lines = rows.map((row) =>
    message('D', int(fields.length, 2), ...Object.keys(columns).map((name) => valueOf(row[name] ?? null))),
  );
  return Buffer.concat([message('T', int(fields.length, 2), ...fields), ...lines, done()]);
}

function valueOf(value: string | number | null): Buffer {
  if (value === null) return int(-1, 4);
  const text = Buffer.from(`${value}`);
  return Buffer.concat([int(text.length, 4), text]);
}

export const done = (): Buffer => message('C', word('SHOW'));
