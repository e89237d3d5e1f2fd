/** The log: pino to stdout, secrets redacted, the incident's id in every line that has one. */
import { pino } from 'pino';

export type { Logger } from 'pino';

const secrets = ['token', 'authorization', 'password', 'secret', 'apiKey', 'signingSecret', 'connectionString'];

/** Tests pass `silent`. */
export const makeLog = (level = 'info') =>
  pino({ level, redact: { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' } });
