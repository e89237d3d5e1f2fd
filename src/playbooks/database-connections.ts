/** Database connection errors: pooler exhausted, Postgres full and a failing login look alike; this tells which. */
import { playbook, whenSeen } from '../diagnosis/playbook.ts';
import { blocking } from '../probes/blocking.ts';
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
import { blocked, deadlocks, idle, long, waitingAlike } from './rules/sessions.ts';

export const databaseConnections = playbook({
  issueType: 'database-connections',
  title: 'Connections to the database fail or wait',
  // the pods of both StatefulSets belong here too, with the rules that all issue types share
  probes: {
    pooler: poolerAnswer,
    pools: poolerPools,
    databases: poolerDatabases,
    limits: poolerLimits,
    log: poolerLog,
    postgres: postgresAnswer,
    connections,
    long: longQueries,
    idle: idleInTransaction,
    locks: blocking,
    waits,
  },
  rules(evidence, { issueType }) {
    const { pooler, pools, databases, limits, log, postgres, connections } = evidence;
    const found = [
      ...down(evidence),
      ...full(evidence),
      ...whenSeen(postgres, (answer) => [...postgresRefuses(answer), ...replica(answer)]),
      ...whenSeen(pooler, (answer) => [...consoleRefuses(answer), ...vulnerable(answer)]),
      ...whenSeen(pools, (seen) => queues(seen, evidence)),
      ...whenSeen(databases, (seen) => [...paused(seen), ...databaseLimit(seen)]),
      ...whenSeen(limits, (seen) => clientLimit(seen, pools)),
      ...whenSeen(connections, (seen) => [...slotsNearlyUsed(seen, issueType), ...ownerIdle(seen)]),
      ...whenSeen(evidence.locks, (roots) => blocked(roots, issueType)),
      ...whenSeen(evidence.idle, (sessions) => idle(sessions, issueType)),
      ...whenSeen(evidence.long, (queries) => long(queries, issueType)),
      ...whenSeen(evidence.waits, (seen) => [...waitingAlike(seen), ...deadlocks(seen)]),
    ];
    return [...found, ...whenSeen(log, (seen) => logged(seen, found))];
  },
  ruledOut: (evidence, { issueType }) => ruledOut(evidence, issueType),
});
