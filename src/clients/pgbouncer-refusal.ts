/** Why PgBouncer's console showed nothing. Its codes say little (08P01 for nearly all), so its words are read as well. */
import { z } from 'zod';
import { CannotSee, type CannotSeeCode } from '../errors.ts';

const Failure = z.object({ code: z.string().default(''), message: z.string().default('') });

interface Reading {
  code?: RegExp;
  words?: RegExp;
  means: CannotSeeCode;
  says: string;
  grant?: string;
}

const stats = 'name it in `stats_users`';
const connectionBroke = 'the connection to PgBouncer broke before it had answered';

/** The first that fits. */
const readings: Reading[] = [
  { code: /^ECONNREFUSED$/, means: 'unreachable', says: 'nothing listens at the address of PgBouncer' },
  { code: /^(ENOTFOUND|EAI_AGAIN)$/, means: 'unreachable', says: 'the name of PgBouncer’s host is not known here' },
  { code: /^(EHOSTUNREACH|ENETUNREACH)$/, means: 'unreachable', says: 'there is no way to PgBouncer from here' },
  { code: /^(ECONNRESET|EPIPE)$/, means: 'unreachable', says: connectionBroke },
  { words: /timeout/i, means: 'late', says: 'PgBouncer did not answer in time' },
  { words: /does not support SSL/i, means: 'unreachable', says: 'PgBouncer speaks no TLS, and the URL asks for it' },
  {
    words: /certificate/i,
    means: 'unreachable',
    says: 'the certificate of PgBouncer is not one that is trusted here',
  },
  {
    words: /not allowed|admin access needed/i,
    means: 'forbidden',
    says: `the login may not use the console of PgBouncer: ${stats}`,
    grant: 'stats_users of PgBouncer',
  },
  {
    code: /^28/,
    means: 'refused',
    says: 'PgBouncer does not take the login or its password',
  },
  {
    words: /authentication failed|auth failed|no such user|password/i,
    means: 'refused',
    says: 'PgBouncer does not take the login or its password',
  },
  { words: /invalid command/i, means: 'absent', says: 'this version of PgBouncer does not show that' },
  { words: /no more connections/i, means: 'busy', says: 'PgBouncer takes no more connections' },
  {
    code: /^(3D000|42704|42601)$/,
    means: 'unreadable',
    says: 'what answers at the address of PgBouncer is no PgBouncer',
  },
  { words: /terminated|not queryable|shut(ting)? ?down/i, means: 'unreachable', says: connectionBroke },
];

export function refusalOfConsole(error: unknown): CannotSee {
  const { code, message } = Failure.safeParse(error).data ?? { code: '', message: '' };
  const reading = readings.find((one) => (one.code?.test(code) ?? true) && (one.words?.test(message) ?? true));
  if (!reading) return new CannotSee('unreachable', `PgBouncer says: ${message.slice(0, 240)}`, { cause: error });
  const { means, says, grant } = reading;
  return new CannotSee(means, says, { cause: error, ...(grant === undefined ? {} : { grant }) });
}
