/** Pooler and database as the scenarios of connection errors set them, and the stateful sets that they stand in. */
import type { ContainerStatus, PodScene, Scene, Workload } from '../cluster/scene.ts';
import type { Row } from '../pooler/shows.ts';
import { role } from './applications.ts';
import type { Line } from './engine-scenes.ts';

export const issueType = 'database-connections';

export const pool = (row: Row): Row => ({ database: 'responder', user: role.name, ...row });
export const two = [{ name: 'responder', database: 'responder', pool_size: 2, current_connections: 2 }];
/** It says its figures once a minute: a log that holds nothing is none that was seen. */
export const atWork: Line[] = [[0.5, 'LOG stats: 212 xacts/s, 340 queries/s, in 88 kB/s, out 410 kB/s, wait 0 us']];
/** Where both stand, and what the pooler is like. */
export const standing = (
  pooler: PodScene = { containers: { pgbouncer: { logs: atWork } } },
  ...others: Workload[]
): Scene => ({
  nodes: [{ name: 'node-1' }],
  workloads: [
    { kind: 'statefulset', name: 'pgbouncer', pods: [pooler] },
    { kind: 'statefulset', name: 'postgres', pods: [{}] },
    ...others,
  ],
});
export const logOf = (...lines: string[]): Scene =>
  standing({ containers: { pgbouncer: { logs: lines.map((line) => [2, line]) } } });

export const crashing: ContainerStatus = {
  waiting: { reason: 'CrashLoopBackOff' },
  restarts: 6,
  last: { reason: 'Error', exitCode: 1, ago: 2 },
  previousLogs: [[2, 'FATAL cannot load config file']],
};
