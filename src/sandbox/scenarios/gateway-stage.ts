/** The gateway and the api behind it, as the scenarios of a 502 set them. */
import type { ContainerStatus, PodScene, Scene, ServiceScene, Workload } from '../cluster/scene.ts';
import { failures, requests } from './gateway-lines.ts';

export const issueType = 'api-gateway-502';
type Lines = NonNullable<ContainerStatus['logs']>;

/** Two pods of the gateway; the first says `lines` besides its requests. */
export const kong = (
  lines: Lines = [],
  { count = 90, status = {} }: { count?: number; status?: ContainerStatus } = {},
): Workload => ({
  kind: 'deployment',
  name: 'kong',
  containers: [{ name: 'proxy', image: 'kong:3.9', memoryLimit: '1Gi', ports: [{ name: 'proxy', port: 8000 }] }],
  pods: [
    { containers: { proxy: { logs: [...requests(count), ...lines], ...status } } },
    { containers: { proxy: { logs: requests(count) } } },
  ],
});

export const api = (pods: PodScene[], more: Partial<Workload> = {}): Workload => ({
  kind: 'deployment',
  name: 'api',
  containers: [
    {
      name: 'app',
      image: 'shop/api:1.5',
      memoryLimit: '512Mi',
      ports: [{ name: 'http', port: 8080 }],
      readiness: { path: '/ready', port: 8080 },
      liveness: { path: '/live', port: 8080 },
    },
  ],
  pods,
  ...more,
});

export const apiService: ServiceScene = { name: 'api', selects: { app: 'api' }, port: 80, targetPort: 8080 };
const nodes = [{ name: 'node-1' }, { name: 'node-2' }];

export const scene = (workloads: Workload[], more: Partial<Scene> = {}): Scene => ({
  nodes,
  workloads,
  services: [apiService],
  ...more,
});

export const well: PodScene[] = [{}, {}, {}];
export const crashing: ContainerStatus = {
  waiting: { reason: 'CrashLoopBackOff' },
  restarts: 6,
  last: { reason: 'Error', exitCode: 1, ago: 2 },
  previousLogs: [
    [2.1, 'starting api 1.5'],
    [2, 'Error: environment variable PRICES_URL is not set'],
  ],
};
export const refused = (count: number) => failures(count, { ago: 3, trouble: 'refused', upstream: 'api:8080' });
export const closed = (count: number, ago: number) => failures(count, { ago, trouble: 'closed', upstream: 'api:8080' });
