/** Checks by their names, and what one of them has left unseen. */
import type { Check } from './diagnosis.ts';

/** The names under which looks at a cluster are told: a probe bears one, and findings say which they follow from. */
export const checks = {
  pods: 'pods',
  workloads: 'workloads and rollouts',
  events: 'events',
  nodeEvents: 'events of nodes',
  services: 'services and endpoints',
  nodes: 'nodes',
  autoscalers: 'autoscalers',
  limits: 'budgets and quotas',
  gatewayLog: 'gateway log',
  suspectLogs: 'logs of suspects',
} as const;

/** In whole or in part: what was found in the rest makes a check suspect, and leaves its gaps. */
export const isUnseen = ({ verdict, gaps = [] }: Check): boolean => verdict === 'unknown' || gaps.length > 0;
