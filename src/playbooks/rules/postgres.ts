/** Postgres's connections: none left, few left, and who keeps them. */
import type { Finding, Seen } from '../../diagnosis/diagnosis.ts';
import { percent } from '../../diagnosis/quantity.ts';
import { limitOf } from '../../diagnosis/thresholds.ts';
import { oneLine } from '../../diagnosis/words.ts';
import type { IssueType } from '../../incident/policy.ts';
import { type Connections, connections, type Owner } from '../../probes/connections.ts';
import { type PostgresAnswer, postgresAnswer } from '../../probes/postgres-answer.ts';

const ownerShare = 50;

export interface Postgres {
  postgres: Seen<PostgresAnswer>;
  connections: Seen<Connections>;
}

const isRefused = ({ postgres }: Postgres): boolean =>
  postgres.ok && !postgres.data.answers && postgres.data.how === 'full';

const isFull = (evidence: Postgres): boolean =>
  isRefused(evidence) ||
  (evidence.connections.ok && evidence.connections.data.used >= evidence.connections.data.usable);

/** Why PgBouncer gets no connection, as far as Postgres's own answer tells; nothing where Postgres is seen to have room. */
export function blameOf(evidence: Postgres): string | undefined {
  const { postgres } = evidence;
  if (isFull(evidence)) return 'Postgres has no connection left';
  if (!postgres.ok) return 'whether Postgres answers was not seen';
  if (postgres.data.answers || postgres.data.how === 'login' || postgres.data.how === 'own-limit')
    return evidence.connections.ok ? undefined : 'whether Postgres has room for it was not seen';
  return postgres.data.how === 'starting' ? 'Postgres is starting or going down' : 'Postgres does not answer';
}

/** That it refuses us for want of a connection is the finding, whether or not anything could be counted. */
export function full(evidence: Postgres): Finding[] {
  if (!isFull(evidence)) return [];
  const counted = evidence.connections.ok ? evidence.connections.data : undefined;
  const refused = evidence.postgres.ok && !evidence.postgres.data.answers ? ` (${evidence.postgres.data.why})` : '';
  return [
    {
      rule: 'postgres.full',
      level: 'critical',
      check: isRefused(evidence) ? postgresAnswer.name : connections.name,
      subject: 'postgres',
      summary: counted
        ? `Postgres has no connection left: ${usedOf(counted)}${refused}.`
        : `Postgres has no connection left: it refuses new ones${refused}.`,
      observed: counted ? `${counted.used} of ${counted.usable}` : 'refused',
      threshold: 'one left',
      cause: 'capacity',
      ...(counted?.owners ? { evidence: counted.owners.map(ownerText) } : {}),
    },
  ];
}

export function slotsNearlyUsed(seen: Connections, issueType: IssueType): Finding[] {
  const slotsWarning = limitOf(issueType, 'slotsWarning');
  const slotsCritical = limitOf(issueType, 'slotsCritical');
  const share = (100 * seen.used) / seen.usable;
  if (seen.used >= seen.usable || share < slotsWarning) return [];
  return [
    {
      rule: 'postgres.slots-nearly-used',
      level: share >= slotsCritical ? 'critical' : 'warning',
      check: connections.name,
      subject: 'postgres',
      summary: `Postgres has few connections left: ${usedOf(seen)}.`,
      observed: percent(seen.used, seen.usable),
      threshold: `warning from ${slotsWarning} %, critical from ${slotsCritical} %`,
      cause: 'capacity',
      ...(seen.owners ? { evidence: seen.owners.map(ownerText) } : {}),
    },
  ];
}

export function usedOf({ used, usable, idle, inTransaction, owners, pod }: Connections): string {
  const states =
    idle === undefined || inTransaction === undefined ? '' : `, ${idle} idle and ${inTransaction} idle in transaction`;
  const [first] = owners ?? [];
  const most = first ? `; most by ${nameOf(first)} (${first.connections})` : '';
  return `${used} of ${usable} usable ones are used${states}${most}${pod === undefined ? '' : ` (seen in ${pod})`}`;
}

/** Connections that somebody opened and does not use, as one does who never gives them back. */
export function ownerIdle({ owners = [], usable }: Connections): Finding[] {
  return owners
    .filter(({ idle }) => (100 * idle) / usable > ownerShare)
    .map((owner) => ({
      rule: 'connections.leaked',
      level: 'warning',
      check: connections.name,
      subject: nameOf(owner),
      summary: `${nameOf(owner)} keeps ${owner.idle} connections open and idle, ${percent(owner.idle, usable)} of all that are usable: it may not give them back.`,
      observed: `${owner.idle} of ${usable} idle`,
      threshold: `more than ${ownerShare} %`,
    }));
}

const nameOf = ({ application, user }: Owner): string =>
  application === user ? oneLine(user, 80) : `${oneLine(application, 80)} (${oneLine(user, 63)})`;

const ownerText = (owner: Owner): string =>
  `${nameOf(owner)} from ${oneLine(owner.address ?? 'the machine itself', 60)}: ${owner.connections}, ${owner.idle} idle, ${owner.inTransaction} idle in transaction`;
