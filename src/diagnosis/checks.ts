/** The names under which looks at a cluster are told: a probe bears one, and findings say which they follow from. */
export const checks = {
  pods: 'pods',
  workloads: 'workloads and rollouts',
  events: 'events',
  services: 'services and endpoints',
  nodes: 'nodes',
  autoscalers: 'autoscalers',
  limits: 'budgets and quotas',
  gatewayLog: 'gateway log',
  suspectLogs: 'logs of suspects',
} as const;
