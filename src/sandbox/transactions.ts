/** Reads along on a line to Postgres: which transactions change something, and where each of them ends. */
import type { Passing } from './kills.ts';

/** Both answer whether the bot was killed by it: then the bytes go no further. */
export interface Witness {
  fromBot(bytes: Buffer): boolean;
  fromServer(bytes: Buffer): boolean;
  /** the bot has what the server said last */
  delivered(): void;
}

interface State {
  open: boolean;
  tables: Set<string>;
  rows: number;
  passing: Passing | undefined;
  ended: boolean;
}

/**
 * A transaction is named by the tables that it writes, and counts only when it changed a row: workers look for work in
 * transactions of their own, and how often they find none is chance. A statement that writes outside of one is one.
 */
export function watchTransactions(reach: (name: string) => Passing): Witness {
  const state: State = { open: false, tables: new Set(), rows: 0, passing: undefined, ended: false };
  const asked = makeReader('start-up first');
  const said = makeReader('typed');
  return {
    fromBot: (bytes) => asked(bytes).some((message) => hearBot(state, reach, textOf(message))),
    fromServer: (bytes) => said(bytes).some((message) => hearServer(state, message)),
    delivered() {
      if (!state.ended) return;
      state.passing?.('after-reply');
      forget(state);
    },
  };
}

interface Message {
  type: string;
  body: Buffer;
}

function forget(state: State): State {
  return Object.assign(state, { open: false, tables: new Set(), rows: 0, passing: undefined, ended: false });
}

/** A query's text: of a simple query at once, of a prepared one after its name. */
function textOf({ type, body }: Message): string {
  if (type !== 'Q' && type !== 'P') return '';
  const start = type === 'Q' ? 0 : body.indexOf(0) + 1;
  return body.toString('utf8', start, body.indexOf(0, start));
}

const writes = /\b(?:insert into|delete from|(?<!for |do )update) (\w+)/g;

function hearBot(state: State, reach: (name: string) => Passing, text: string): boolean {
  const verb = /^(?:begin|commit|rollback)/.exec(text)?.[0];
  if (verb === 'commit' && state.rows > 0) return arrive(state, reach);
  if (verb) Object.assign(forget(state), { open: verb === 'begin' });
  for (const [, table = ''] of text.matchAll(writes)) state.tables.add(table);
  const isAlone = !state.open && state.tables.size > 0;
  return isAlone && state.passing === undefined && arrive(state, reach);
}

function arrive(state: State, reach: (name: string) => Passing): boolean {
  state.passing = reach([...state.tables].join('+'));
  return state.passing('before');
}

function hearServer(state: State, { type, body }: Message): boolean {
  if (type !== 'C') return false;
  const [verb = '', ...counts] = body.toString('utf8', 0, body.indexOf(0)).split(' ');
  if (['INSERT', 'UPDATE', 'DELETE'].includes(verb)) state.rows += Number(counts.at(-1));
  if (state.passing === undefined || (state.open && verb !== 'COMMIT')) return false;
  state.ended = true;
  return state.passing('after-effect');
}

/** Cuts a stream into messages: a type, a length that counts itself, a body. The very first one of a client has no type. */
function makeReader(kind: 'start-up first' | 'typed'): (bytes: Buffer) => Message[] {
  let left = Buffer.alloc(0);
  let untyped = kind === 'start-up first';
  return (bytes) => {
    left = Buffer.concat([left, bytes]);
    const messages: Message[] = [];
    for (;;) {
      const start = untyped ? 0 : 1;
      if (left.length < start + 4) return messages;
      const end = start + left.readUInt32BE(start);
      if (left.length < end) return messages;
      messages.push({ type: untyped ? '' : left.toString('latin1', 0, 1), body: left.subarray(start + 4, end) });
      left = left.subarray(end);
      untyped = false;
    }
  };
}
