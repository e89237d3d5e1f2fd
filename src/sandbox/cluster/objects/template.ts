/** The pod template of a workload, with what the API server fills in where nobody said anything. */
import type { ContainerScene, Labels, Workload } from '../scene.ts';
import type { ContainerSpec } from './object.ts';
import { madeUp } from './place.ts';

export interface Template {
  metadata: { labels: Labels };
  spec: { containers: ContainerSpec[]; initContainers?: ContainerSpec[]; [field: string]: unknown };
}

export const labelsOf = ({ labels, name }: Workload): Labels => labels ?? { app: name };

export const containersOf = ({ containers, name }: Workload): ContainerScene[] => containers ?? [{ name }];

/** As it is, or as it was before the newest rollout. */
export function templateOf(workload: Workload, isOld: boolean): Template {
  const { rollout, initContainers } = workload;
  const before = isOld ? rollout?.before : undefined;
  const now = containersOf(workload);
  const changed = before?.name ?? now[0]?.name;
  const containers = now.map((one) => containerOf(one.name === changed ? { ...one, ...before } : one));
  return {
    metadata: { labels: labelsOf(workload) },
    spec: {
      ...(initContainers ? { initContainers: initContainers.map(containerOf) } : {}),
      containers,
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      securityContext: {},
      schedulerName: 'default-scheduler',
    },
  };
}

/** Another template has another hash, as in a cluster. */
export const hashOf = (workload: Workload, isOld: boolean): string =>
  madeUp(10, workload.name, JSON.stringify(templateOf(workload, isOld)));

function containerOf(scene: ContainerScene): ContainerSpec & Record<string, unknown> {
  const { name, image = `registry.example/${name}:1.0`, ports, readiness, liveness } = scene;
  return {
    name,
    image,
    ports: ports?.map((one) => ({ name: one.name, containerPort: one.port, protocol: 'TCP' })),
    resources: resourcesOf(scene),
    livenessProbe: liveness && probe(liveness),
    readinessProbe: readiness && probe(readiness),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: image.endsWith(':latest') || !/:[^/]+$/.test(image) ? 'Always' : 'IfNotPresent',
  };
}

/** A limit alone is a request too. */
function resourcesOf(scene: ContainerScene): { limits?: Labels; requests?: Labels } {
  const limits = quantities(scene.cpuLimit, scene.memoryLimit);
  const requests = quantities(scene.cpuRequest ?? scene.cpuLimit, scene.memoryRequest ?? scene.memoryLimit);
  return { ...(limits && { limits }), ...(requests && { requests }) };
}

const quantities = (cpu: string | undefined, memory: string | undefined): Labels | undefined =>
  cpu === undefined && memory === undefined ? undefined : { ...(cpu && { cpu }), ...(memory && { memory }) };

const probe = ({ path, port }: { path: string; port: number }): object => ({
  httpGet: { path, port, scheme: 'HTTP' },
  timeoutSeconds: 1,
  periodSeconds: 10,
  successThreshold: 1,
  failureThreshold: 3,
});

export type Quality = 'Guaranteed' | 'Burstable' | 'BestEffort';

export function qualityOf(containers: ContainerScene[]): Quality {
  const all = containers.map(resourcesOf);
  if (all.every(({ limits, requests }) => !limits && !requests)) return 'BestEffort';
  const isFixed = all.every(
    ({ limits, requests }) =>
      limits?.['cpu'] &&
      limits['memory'] &&
      limits['cpu'] === requests?.['cpu'] &&
      limits['memory'] === requests['memory'],
  );
  return isFixed ? 'Guaranteed' : 'Burstable';
}
