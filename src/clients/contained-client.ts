/** A client of Postgres for servers that may be broken: a message that cannot be parsed ends its connection. */
import type { Duplex } from 'node:stream';
import pg from 'pg';
import { contain } from './contain.ts';

/** pg 8.23.1 parses in a listener of the socket, or of what TLS makes of it. Throws when it attaches it in another way. */
export class ContainedClient extends pg.Client {
  constructor(settings?: string | pg.ClientConfig) {
    super(settings);
    const { connection } = this;
    const attach: unknown = Reflect.get(connection, 'attachListeners');
    if (typeof attach !== 'function') throw new Error('pg listens to its socket in a way that is not known here');
    const attachContained = (stream: Duplex): void => {
      contain(stream, 'data', (cause) => stream.destroy(new Error('it does not speak as Postgres does', { cause })));
      Reflect.apply(attach, connection, [stream]);
    };
    Reflect.set(connection, 'attachListeners', attachContained);
  }
}
