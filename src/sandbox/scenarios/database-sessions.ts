/** Sessions that keep others from working, and such as only look like it. */
import { played, role } from './applications.ts';
import type { Scenario } from './scenario.ts';

const issueType = 'database-connections';

export const sessionScenarios: Scenario[] = [
  {
    name: 'idle-in-transaction',
    issueType,
    what: 'One session has written, has not committed, and does nothing any more.',
    thresholds: { idleInTransaction: 500 },
    pooler: {},
    database: played(async ({ session, until }) => {
      const client = await session('shop-import', 'direct');
      await client.query(`begin`);
      await client.query(`update orders set note = 'card 4111 1111 1111 1111' where id = 1`);
      await until(`(select bool_or(state_change < clock_timestamp() - interval '0.7 s') from pg_stat_activity
                     where application_name = 'shop-import')`);
    }),
    finds: ['sessions.idle-in-transaction'],
    says: ['shop-import', '1 of 1 wrote'],
    not: ['locks.blocked', 'sessions.long-query'],
  },
  {
    name: 'idle-in-transaction-for-a-moment',
    issueType,
    what: 'A session is between two statements of its transaction, as on any busy day.',
    pooler: {},
    database: played(async ({ session }) => {
      await (await session('shop-import', 'direct')).query('begin; select 1');
    }),
    finds: [],
    not: ['sessions.idle-in-transaction'],
  },
  {
    name: 'long-query',
    issueType,
    what: 'A report has been running for long.',
    thresholds: { longQuery: 500 },
    pooler: {},
    database: played(async ({ session, begin, until }) => {
      const client = await session('shop-report', 'direct');
      begin(client, `select pg_sleep(20), 'of ana@example.com' -- ordered by ben@example.com`);
      await until(`(select bool_or(query_start < clock_timestamp() - interval '0.7 s') from pg_stat_activity
                     where application_name = 'shop-report' and state = 'active')`);
    }),
    finds: ['sessions.long-query'],
    says: ['shop-report'],
    not: ['sessions.idle-in-transaction'],
  },
  {
    name: 'blocked-behind-one',
    issueType,
    what: 'A session holds a row; five others wait behind it, and one of them is a migration that keeps readers out.',
    pooler: {},
    database: played(async ({ session, begin, until }) => {
      const holder = await session('shop-holder', 'direct');
      await holder.query('begin');
      await holder.query('select from orders where id = 1 for update');
      for (let n = 0; n < 2; n += 1)
        begin(await session('shop-web', 'direct'), `update orders set note = 'x' where id = 1`);
      await until(
        `(select count(*) = 2 from pg_stat_activity where application_name = 'shop-web' and wait_event_type = 'Lock')`,
      );
      begin(await session('shop-migration', 'direct'), 'alter table orders add column more text');
      await until(
        `(select count(*) = 1 from pg_stat_activity where application_name = 'shop-migration' and wait_event_type = 'Lock')`,
      );
      for (let n = 0; n < 2; n += 1) begin(await session('shop-reader', 'direct'), 'select from orders');
      await until(`(select count(*) = 5 from pg_locks join pg_stat_activity using (pid)
                     where usename = '${role.name}' and not granted)
               and (select max(clock_timestamp() - waitstart) > interval '1.2 s' from pg_locks where not granted)`);
    }),
    finds: ['locks.blocked'],
    says: ['5 sessions wait', 'shop-holder'],
    not: ['sessions.idle-in-transaction'],
  },
  {
    name: 'one-waits-for-a-moment',
    issueType,
    what: 'One session waits for a row of another, as on any busy day.',
    pooler: {},
    database: played(async ({ session, begin, until }) => {
      const holder = await session('shop-holder', 'direct');
      await holder.query('begin');
      await holder.query('select from orders where id = 1 for update');
      begin(await session('shop-web', 'direct'), `update orders set note = 'x' where id = 1`);
      await until(
        `(select count(*) = 1 from pg_stat_activity where application_name = 'shop-web' and wait_event_type = 'Lock')`,
      );
    }),
    finds: [],
    not: ['locks.blocked'],
  },
];
