/** Database connection errors: pooler exhausted, Postgres full and a failing login look alike; this tells which. */
import type { About, Finding, Surroundings } from '../diagnosis/diagnosis.ts';
import { playbook, whenSeen } from '../diagnosis/playbook.ts';
import { ruledOutOfCluster } from '../diagnosis/rules/ruled-out.ts';
import { besideScope, judgeScope, narrowed } from '../diagnosis/rules/scope.ts';
import type { ClusterEvidence } from '../diagnosis/rules/shared.ts';
import { blocking } from '../probes/blocking.ts';
import { clusterProbes } from '../probes/cluster.ts';
import { connections } from '../probes/connections.ts';
import { idleInTransaction } from '../probes/idle-in-transaction.ts';
import { longQueries } from '../probes/long-queries.ts';
import { poolerAnswer } from '../probes/pooler-answer.ts';
import { poolerDatabases } from '../probes/pooler-databases.ts';
import { poolerLimits } from '../probes/pooler-limits.ts';
import { poolerLog } from '../probes/pooler-log.ts';
import { poolerPools } from '../probes/pooler-pools.ts';
import { postgresAnswer } from '../probes/postgres-answer.ts';
import { waits } from '../probes/waits.ts';
import { consoleRefuses, down, postgresRefuses, replica, vulnerable } from './rules/doors.ts';
import { clientLimit, databaseLimit, logged } from './rules/pooler.ts';
import { full, ownerIdle, slotsNearlyUsed } from './rules/postgres.ts';
import { paused, queues } from './rules/queues.ts';
import { ruledOut } from './rules/ruled-out.ts';
import { namesNobody, poolerAndDatabase, scopeOfNames } from './rules/scope.ts';
import { blocked, deadlocks, idle, long, waitingAlike } from './rules/sessions.ts';

export const databaseConnections = playbook({
  issueType: 'database-connections',
  title: 'Connections to the database fail or wait',
  probes: {
    pooler: poolerAnswer,
    pools: poolerPools,
    databases: poolerDatabases,
    clientLimits: poolerLimits,
    log: poolerLog,
    postgres: postgresAnswer,
    connections,
    long: longQueries,
    idle: idleInTransaction,
    locks: blocking,
    waits,
    ...clusterProbes,
  },
  async rules(evidence, surroundings) {
    const { issueType } = surroundings;
    const { pooler, pools, databases, clientLimits, log, postgres, connections } = evidence;
    const found = [
      ...down(evidence),
      ...full(evidence),
      ...whenSeen(postgres, (answer) => [...postgresRefuses(answer), ...replica(answer)]),
      ...whenSeen(pooler, (answer) => [...consoleRefuses(answer), ...vulnerable(answer)]),
      ...whenSeen(pools, (seen) => queues(seen, evidence)),
      ...whenSeen(databases, (seen) => [...paused(seen), ...databaseLimit(seen)]),
      ...whenSeen(clientLimits, (seen) => clientLimit(seen, pools)),
      ...whenSeen(connections, (seen) => [...slotsNearlyUsed(seen, issueType), ...ownerIdle(seen)]),
      ...whenSeen(evidence.locks, (roots) => blocked(roots, issueType)),
      ...whenSeen(evidence.idle, (sessions) => idle(sessions, issueType)),
      ...whenSeen(evidence.long, (queries) => long(queries, issueType)),
      ...whenSeen(evidence.waits, (seen) => [...waitingAlike(seen), ...deadlocks(seen)]),
    ];
    const ofPods = await ofTheirPods(evidence, surroundings);
    return [...found, ...whenSeen(log, (seen) => logged(seen, found)), ...ofPods];
  },
  ruledOut: (evidence, surroundings) => [
    ...ruledOut(evidence, surroundings.issueType),
    ...ruledOutOfCluster(narrowed(evidence, scopeOfNames(poolerAndDatabase(surroundings.issueType))), surroundings),
  ],
});

/** D9: what is judged of every pod, of those of the pooler and the database. To touch a database is left to a person. */
async function ofTheirPods(evidence: ClusterEvidence, surroundings: Surroundings): Promise<Finding[]> {
  const { issueType } = surroundings;
  const names = poolerAndDatabase(issueType);
  const scope = scopeOfNames(names);
  const judged = await judgeScope(evidence, scope, surroundings);
  return [
    ...namesNobody(names, evidence),
    ...judged
      .filter(({ rule }) => rule !== 'pods.none')
      .map((finding) => withoutOffersOf(issueType.targets['database'], finding)),
    ...(await besideScope(evidence, scope, surroundings)),
  ];
}

function withoutOffersOf(pod: string | undefined, finding: Finding): Finding {
  if (!finding.offers || pod === undefined) return finding;
  const own = scopeOfNames([pod]);
  const isOwn = ({ kind, name }: About): boolean => name === pod || own.isWorkload({ kind, name });
  return { ...finding, offers: finding.offers.filter(({ about }) => !isOwn(about)) };
}
