/** What can be wrong between applications and their database, and what only looks like it. */
import { fill, played, role, waited } from './applications.ts';
import { sessionScenarios } from './database-sessions.ts';
import { crashing, issueType, logOf, pool, standing, two } from './database-stage.ts';
import type { Scenario } from './scenario.ts';

const poolerScenarios: Scenario[] = [
  {
    name: 'pool-at-work',
    issueType,
    what: 'A dozen clients are connected, both server connections are at work, and nobody waits.',
    pooler: { pools: [pool({ cl_active: 12, sv_active: 2 })], databases: two },
    database: played(async ({ session, begin, poolsUntil }, pooled) => {
      if (!pooled) return;
      for (let n = 0; n < 10; n += 1) await session('shop-web');
      for (let n = 0; n < 2; n += 1) begin(await session('shop-web'), 'select pg_sleep(20)');
      await poolsUntil((pool) => pool['sv_active'] === 2 && pool['cl_waiting'] === 0);
    }),
    finds: [],
    not: ['pooler.exhausted', 'pooler.clients-waiting'],
  },
  {
    name: 'pool-exhausted',
    issueType,
    what: 'Two slow statements keep both server connections of the pool, and four clients wait.',
    pooler: { pools: [pool({ cl_active: 2, cl_waiting: 4, sv_active: 2, maxwait: 7 })], databases: two },
    database: played(async ({ session, begin, poolsUntil }, pooled) => {
      if (!pooled) return;
      for (let n = 0; n < 6; n += 1) begin(await session('shop-web'), 'select pg_sleep(600)');
      await poolsUntil((pool) => pool['cl_waiting'] === 4 && waited(pool) > 1.2);
    }),
    finds: ['pooler.exhausted'],
    says: ['2 of 2', '4 clients waiting'],
    not: ['postgres.full', 'pooler.login-failing'],
  },
  {
    name: 'pool-kept-by-open-transactions',
    issueType,
    what: 'An application opens transactions and forgets them: the pool is theirs, and three clients wait.',
    thresholds: { idleInTransaction: 500 },
    pooler: { pools: [pool({ cl_active: 2, cl_waiting: 3, sv_active: 2, maxwait: 7 })], databases: two },
    database: played(async ({ session, begin, poolsUntil, until }, pooled) => {
      for (let n = 0; n < 2; n += 1) await (await session('shop-cart')).query('begin; select 1');
      await until(`(select count(*) = 2 from pg_stat_activity where application_name = 'shop-cart'
                     and state = 'idle in transaction' and state_change < clock_timestamp() - interval '0.7 s')`);
      if (!pooled) return;
      for (let n = 0; n < 3; n += 1) begin(await session('shop-web'), 'select 1');
      await poolsUntil((pool) => pool['cl_waiting'] === 3 && waited(pool) > 1.2);
    }),
    finds: ['pooler.exhausted', 'sessions.idle-in-transaction'],
    says: ['3 clients waiting'],
    not: ['sessions.long-query'],
  },
  {
    name: 'pooler-login-failing',
    issueType,
    what: 'The password of the application was rotated in Postgres, and PgBouncer has the old one.',
    pooler: { pools: [pool({ cl_waiting: 2, maxwait: 9 })], databases: two },
    scene: logOf(`ERROR S: login failed: FATAL: password authentication failed for user "${role.name}"`),
    database: played(async ({ patient, session, begin, poolsUntil }, pooled) => {
      if (!pooled) return;
      const clients = [await session('shop-web'), await session('shop-web')];
      for (const client of clients) await client.query('select 1');
      await patient.query(`alter role ${role.name} password 'rotated'`);
      await patient.query(
        `select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = '${role.name}'`,
      );
      for (const client of clients) begin(client, 'select 1');
      await poolsUntil((pool) => pool['sv_active'] === 0 && waited(pool) > 2.1);
    }),
    finds: ['pooler.login-failing'],
    says: ['although Postgres answers'],
    not: ['pooler.exhausted', 'postgres.full', 'pooler.without-servers'],
  },
  {
    name: 'pooler-paused',
    issueType,
    what: 'Somebody paused the database at PgBouncer and went home.',
    pooler: {
      pools: [pool({ cl_waiting: 2, maxwait: 30 })],
      databases: two.map((database) => ({ ...database, paused: 1 })),
    },
    database: played(async ({ session, begin, command, poolsUntil }, pooled) => {
      if (!pooled) return;
      const clients = [await session('shop-web'), await session('shop-web')];
      await clients[0]?.query('select 1');
      await command('pause responder');
      for (const client of clients) begin(client, 'select 1');
      await poolsUntil((pool) => waited(pool) > 2.1);
    }),
    finds: ['pooler.paused'],
    says: ['RESUME'],
    not: ['pooler.without-servers', 'pooler.login-failing'],
  },
  {
    name: 'pooler-takes-no-more-clients',
    issueType,
    what: 'As many clients are connected as PgBouncer takes, and it refuses the next.',
    pooler: { pools: [pool({ cl_active: 5 })], databases: two, config: { max_client_conn: '5' } },
    scene: logOf(
      'LOG C-0x1: (nodb)/(nouser)@10.0.0.7:5 closing because: no more connections allowed (max_client_conn)',
    ),
    database: played(async ({ session, command }, pooled) => {
      if (!pooled) return;
      // the administrator who says this is counted, and not refused
      await command(`set max_client_conn = '6'`);
      for (let n = 0; n < 5; n += 1) await session('shop-web');
      await command(`set max_client_conn = '5'`);
      await session('one-more').catch(() => {});
    }),
    finds: ['pooler.client-limit', 'pooler.clients-refused'],
    says: ['5 of 5'],
    not: ['postgres.full'],
  },
  {
    name: 'waits-timed-out',
    issueType,
    what: 'Clients were sent away after they had waited for too long; the pools look well again.',
    pooler: { pools: [pool({ cl_active: 3, sv_idle: 2 })], databases: two },
    scene: logOf('LOG C-0x1: responder/shop@10.0.0.7:5 closing because: query_wait_timeout (age=121s)'),
    database: played(async ({ session, command, poolsUntil }, pooled) => {
      if (!pooled) return;
      const busy = [await session('shop-report'), await session('shop-report')];
      const late = await session('shop-web');
      await command(`set query_wait_timeout = '1'`);
      const ended = busy.map((client) => client.query('select pg_sleep(3)'));
      await late.query('select 1').catch(() => {});
      await Promise.all(ended);
      await command(`set query_wait_timeout = '120'`);
      await poolsUntil((pool) => pool['sv_idle'] === 2);
    }),
    finds: ['pooler.waits-timed-out'],
    says: ['query_wait_timeout'],
    not: ['pooler.exhausted'],
  },
  {
    name: 'unknown-database-asked-for',
    issueType,
    what: 'One client asks PgBouncer for a database that does not exist; all others are well.',
    pooler: { pools: [pool({ cl_active: 1, sv_idle: 1 })], databases: two },
    scene: logOf('WARNING server login failed: FATAL database "respondr" does not exist'),
    database: played(async ({ session }, pooled) => {
      if (!pooled) return;
      await (await session('shop-web')).query('select 1');
      await session('shop-lost', 'pooled', 'respondr').catch(() => {});
    }),
    finds: ['pooler.unknown-database'],
    not: ['pooler.login-failing'],
  },
  {
    name: 'pooler-down',
    issueType,
    what: 'Nobody listens where PgBouncer should, and Postgres is well.',
    instead: { pooler: 'away' },
    finds: ['pooler.down'],
    says: ['Postgres answers'],
    not: ['database.unreachable', 'postgres.down'],
  },
  {
    name: 'pooler-crashing',
    issueType,
    what: 'PgBouncer ends at its start, over a file of its configuration.',
    instead: { pooler: 'away' },
    scene: standing({ age: 20, containers: { pgbouncer: crashing } }),
    finds: ['pooler.down', 'pod.crash-loop', 'workload.unavailable'],
    says: ['Postgres answers'],
    not: ['database.unreachable', 'pod.restarts'],
  },
  {
    name: 'neighbour-crashing',
    issueType,
    what: 'Both are well; another workload of their namespace crashes, which has nothing to do with it.',
    pooler: {},
    scene: standing(undefined, {
      kind: 'deployment',
      name: 'web',
      pods: [{ age: 20, containers: { web: crashing } }, {}],
    }),
    finds: [],
    not: ['pod.crash-loop', 'workload.unavailable'],
  },
];

const postgresScenarios: Scenario[] = [
  {
    name: 'postgres-full',
    issueType,
    what: 'Five applications keep every connection that Postgres has for them; the pooler has none of them.',
    pooler: {},
    database: played(async (applications) => fill(applications, 1)),
    finds: ['postgres.full'],
    says: ['no connection left'],
    not: ['pooler.exhausted', 'pooler.login-failing', 'connections.leaked'],
  },
  {
    name: 'postgres-slots-nearly-used',
    issueType,
    what: 'Most connections of Postgres are used.',
    pooler: {},
    database: played(async (applications) => fill(applications, 0.82)),
    finds: ['postgres.slots-nearly-used'],
    says: ['few connections left'],
    not: ['postgres.full'],
  },
  {
    name: 'postgres-slots-left',
    issueType,
    what: 'Many connections of Postgres are used, and enough are left.',
    pooler: {},
    database: played(async (applications) => fill(applications, 0.6)),
    finds: [],
    not: ['postgres.slots-nearly-used', 'connections.leaked'],
  },
  {
    name: 'postgres-replica',
    issueType,
    what: 'After a failover the address of the primary leads to a replica.',
    pooler: {},
    instead: { database: 'replica' },
    finds: ['postgres.replica'],
    says: ['replica'],
    not: ['postgres.down'],
  },
  {
    name: 'postgres-down',
    issueType,
    what: 'Nobody listens where Postgres should, and PgBouncer is there.',
    pooler: {},
    instead: { database: 'away' },
    finds: ['postgres.down'],
    says: ['PgBouncer answers'],
    not: ['pooler.down', 'database.unreachable'],
  },
  {
    name: 'pooler-and-postgres-down',
    issueType,
    what: 'Neither of the two answers.',
    instead: { pooler: 'away', database: 'away' },
    finds: ['database.unreachable'],
    says: ['Neither'],
    not: ['pooler.down', 'postgres.down'],
  },
];

export const databaseScenarios: Scenario[] = [...poolerScenarios, ...postgresScenarios, ...sessionScenarios].map(
  (scenario) => ({ scene: standing(), ...scenario }),
);
