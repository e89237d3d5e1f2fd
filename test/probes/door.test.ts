import { describe, expect, it } from '@jest/globals';
import { CannotSee } from '../../src/errors.ts';
import { howOf, refusalOf } from '../../src/probes/door.ts';

const coded = (code: string, message = 'no', routine = ''): Error =>
  Object.assign(new Error(message), { code, routine });
const psql = (text: string): Error => new Error(`connection to server at "10.0.0.1", port 5432 failed: ${text}`);

describe('what an answer at the door means', () => {
  it.each([
    ['no connection left for anybody', coded('53300', 'sorry, too many clients already', 'InitProcess'), 'full'],
    ['the same in another language', coded('53300', 'tut mir leid', 'InitPostgres'), 'full'],
    ['none for this login', coded('53300', 'too many connections for role "x"'), 'own-limit'],
    ['none for this login, in another language', coded('53300', 'nein', 'InitializeSessionUserId'), 'own-limit'],
    ['starting up', coded('57P03', 'the database system is starting up'), 'starting'],
    ['wrong password', coded('28P01'), 'login'],
    ['a pooler that knows one code', coded('08P01', 'password authentication failed'), 'login'],
    ['a pooler whose console is not for us', coded('08P01', 'not allowed'), 'login'],
    ['a pooler with too many clients', coded('08P01', 'no more connections allowed (max_client_conn)'), 'full'],
    ['nobody listens', coded('ECONNREFUSED', 'connect ECONNREFUSED 10.0.0.1:5432'), 'down'],
    ['no such name', coded('ENOTFOUND'), 'unnamed'],
    ['silence', new Error('Connection terminated due to connection timeout'), 'late'],
    ['psql: too many', psql('FATAL:  sorry, too many clients already'), 'full'],
    ['psql: reserved', psql('FATAL:  remaining connection slots are reserved for superusers'), 'full'],
    ['psql: starting', psql('FATAL:  the database system is starting up'), 'starting'],
    ['psql: password', psql('fe_sendauth: no password supplied'), 'login'],
    ['psql: nobody listens', psql('Connection refused'), 'down'],
    ['what only tells of its cause', new Error('it failed', { cause: coded('ECONNREFUSED') }), 'down'],
    ['the first of several', new AggregateError([coded('ECONNREFUSED'), coded('ENOTFOUND')], ''), 'down'],
    ['our own word for a refused login', new CannotSee('refused', 'PgBouncer does not take the login'), 'login'],
    ['our own word for what cannot be read', new CannotSee('unreachable', 'no TLS there'), 'late'],
    ['a pooler in place of Postgres', coded('08P01', 'unsupported startup parameter: statement_timeout'), undefined],
    ['what is not configured', new CannotSee('absent', 'no database to look at is configured'), undefined],
    ['a fault of our own', new TypeError('x is undefined'), undefined],
  ])('%s', (_name, error, how) => {
    expect(howOf(error)).toBe(how);
  });
});

describe('with two ways to the door', () => {
  const forbidden = new CannotSee('forbidden', 'this account may not exec');

  it('psql in the pod stands closer', () => {
    const answer = refusalOf({ direct: coded('ETIMEDOUT'), inPod: psql('Connection refused') });

    expect(answer).toMatchObject({ answers: false, how: 'down' });
  });

  it('our own way counts where the pod was not reached', () => {
    expect(refusalOf({ direct: coded('ECONNREFUSED'), inPod: forbidden })).toMatchObject({ how: 'down' });
  });

  it('without either there is no answer', () => {
    expect(() => refusalOf({ inPod: forbidden })).toThrow('this account may not exec');
  });
});
