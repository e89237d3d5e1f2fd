/** The real PgBouncer in tests: without one on this machine they are skipped, and say so. */
import { it } from '@jest/globals';
import { pgbouncer } from '../../src/sandbox/pooler/real.ts';

export { type Pooler, startPooler, watcher } from '../../src/sandbox/pooler/real.ts';

export const pooled = pgbouncer === undefined ? it.skip : it;
export const because = pgbouncer === undefined ? ' (skipped: no pgbouncer on this machine)' : '';
