/** What every playbook that looks at a cluster looks at there. */
import { autoscalers } from './autoscalers.ts';
import { events, nodeEvents } from './events.ts';
import { limits } from './limits.ts';
import { nodes } from './nodes.ts';
import { pods } from './pods.ts';
import { suspectLogs } from './suspect-logs.ts';
import { workloads } from './workloads.ts';

export const clusterProbes = { pods, workloads, events, nodeEvents, suspectLogs, nodes, autoscalers, limits };
