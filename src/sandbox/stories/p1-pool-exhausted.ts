import { diagnosed } from './diagnosed.ts';

export const p1PoolExhausted = diagnosed({
  name: 'p1-pool-exhausted',
  about: 'a P1 of connection errors: two slow statements keep the whole pool of PgBouncer',
  scenario: 'pool-exhausted',
  declare: 'declare p1 connection timeouts from the shop to its database',
  says: ['2 of 2', '4 clients waiting', 'SHOW POOLS'],
  mending: 'Dana ends the two statements, and looks again.',
  resolution: 'two reports without a limit kept the pool; they have one now',
});
