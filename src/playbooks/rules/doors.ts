/** Which of the two is gone: pooler, database, or the way to both. To their clients they look alike. */
import type { Finding, Seen } from '../../diagnosis/diagnosis.ts';
import { type How, isAlive, type NoAnswer } from '../../probes/door.ts';
import { type PoolerAnswer, poolerAnswer, type Version } from '../../probes/pooler-answer.ts';
import { type PostgresAnswer, postgresAnswer } from '../../probes/postgres-answer.ts';

interface Doors {
  pooler: Seen<PoolerAnswer>;
  postgres: Seen<PostgresAnswer>;
}

/** Whether it lives; nothing where it was not seen. */
function lives(seen: Seen<PoolerAnswer | PostgresAnswer>): boolean | undefined {
  if (!seen.ok) return undefined;
  return seen.data.answers || isAlive(seen.data.how);
}

const silence: Partial<Record<How, string>> = {
  down: 'nobody listens there',
  late: 'it gave no answer from where we look',
  unnamed: 'its name leads nowhere',
};

const silent = ({ how, why }: NoAnswer): string => `${silence[how] ?? 'it does not answer'} (${why})`;

export function down({ pooler, postgres }: Doors): Finding[] {
  const [poolerLives, postgresLives] = [lives(pooler), lives(postgres)];
  const poolerSays = refusalIn(pooler);
  const postgresSays = refusalIn(postgres);
  if (poolerLives === false && postgresLives === false && poolerSays && postgresSays)
    return [
      {
        rule: 'database.unreachable',
        level: 'critical',
        check: postgresAnswer.name,
        restsOn: [poolerAnswer.name],
        subject: 'database',
        summary: `Neither PgBouncer nor Postgres answers: both are down, or the way to them is. PgBouncer: ${silent(poolerSays)}. Postgres: ${silent(postgresSays)}.`,
        cause: 'dependency',
      },
    ];
  if (poolerLives === false && poolerSays)
    return [
      {
        rule: 'pooler.down',
        level: 'critical',
        check: poolerAnswer.name,
        subject: 'pgbouncer',
        summary: `PgBouncer is not there: ${silent(poolerSays)}. ${besides('Postgres', postgresLives)}`,
        cause: 'dependency',
      },
    ];
  if (postgresLives === false && postgresSays)
    return [
      {
        rule: 'postgres.down',
        level: 'critical',
        check: postgresAnswer.name,
        subject: 'postgres',
        summary: `Postgres is not there: ${silent(postgresSays)}. ${besides('PgBouncer', poolerLives)}`,
        cause: 'dependency',
      },
    ];
  return [];
}

const besides = (other: string, otherLives: boolean | undefined): string =>
  otherLives === undefined ? `Whether ${other} answers was not seen.` : `${other} answers.`;

const refusalIn = (seen: Seen<PoolerAnswer | PostgresAnswer>): NoAnswer | undefined =>
  seen.ok && !seen.data.answers ? seen.data : undefined;

export function postgresRefuses(answer: PostgresAnswer): Finding[] {
  if (answer.answers) return [];
  const about = { check: postgresAnswer.name, subject: 'postgres' };
  const { how, why } = answer;
  if (how === 'starting')
    return [
      {
        ...about,
        rule: 'postgres.starting',
        level: 'warning',
        summary: `Postgres takes no connections yet or no more: it is starting, recovering or going down (${why}).`,
      },
    ];
  if (how === 'login' || how === 'own-limit')
    return [
      {
        ...about,
        rule: 'postgres.look-refused',
        level: 'info',
        summary: `Postgres is there and refuses only our own look: ${why}. This is about our login, not about applications.`,
      },
    ];
  return [];
}

export function consoleRefuses(answer: PoolerAnswer): Finding[] {
  if (answer.answers || !isAlive(answer.how)) return [];
  const about = { check: poolerAnswer.name, subject: 'pgbouncer' };
  if (answer.how === 'full')
    return [
      {
        ...about,
        rule: 'pooler.clients-refused',
        level: 'critical',
        summary: `PgBouncer takes no more clients (${answer.why}).`,
        cause: 'capacity',
      },
    ];
  return [
    {
      ...about,
      rule: 'pooler.console-refused',
      level: 'info',
      summary: `PgBouncer is there and refuses only our own look: ${answer.why}. Put this login into its stats_users.`,
    },
  ];
}

export function replica(answer: PostgresAnswer): Finding[] {
  if (!answer.answers || !answer.isReplica) return [];
  return [
    {
      rule: 'postgres.replica',
      level: 'critical',
      check: postgresAnswer.name,
      subject: 'postgres',
      summary:
        'Postgres is in recovery, a replica: what writes fails here. Find the primary, and whether a failover left applications or PgBouncer at the old address.',
      observed: 'pg_is_in_recovery() is true',
      threshold: 'false on the primary',
    },
  ];
}

/** Told by its version alone: whether a distribution has mended it is not seen. */
const faults: { id: string; from: Version; before: Version; what: string }[] = [
  {
    id: 'CVE-2026-6664',
    from: { major: 0, minor: 0, patch: 0 },
    before: { major: 1, minor: 25, patch: 2 },
    what: 'anybody who reaches it can crash it',
  },
  {
    id: 'CVE-2026-6667',
    from: { major: 1, minor: 24, patch: 0 },
    before: { major: 1, minor: 25, patch: 2 },
    what: 'anybody who may look at its console can cut clients off',
  },
];

const order = ({ major, minor, patch }: Version): number => (major * 1_000 + minor) * 1_000 + patch;

export function vulnerable(answer: PoolerAnswer): Finding[] {
  if (!answer.answers || !answer.version) return [];
  const { version } = answer;
  const known = faults.filter(({ from, before }) => order(version) >= order(from) && order(version) < order(before));
  if (known.length === 0) return [];
  const [them, faultless] = known.length === 1 ? ['it', 'this fault'] : ['them', 'either fault'];
  return [
    {
      rule: 'pooler.vulnerable',
      level: 'info',
      check: poolerAnswer.name,
      subject: 'pgbouncer',
      summary: `PgBouncer says it is ${versionText(version)}, which has ${known.map(({ id, what }) => `${id} (${what})`).join(' and ')}, unless its distribution has mended ${them}; 1.25.2 is without ${faultless}.`,
      observed: versionText(version),
      threshold: '1.25.2',
    },
  ];
}

export const versionText = ({ major, minor, patch }: Version): string => `${major}.${minor}.${patch}`;
