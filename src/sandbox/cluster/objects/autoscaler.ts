/** A horizontal autoscaler (autoscaling/v2) with the words of its controller. */
import type { AutoscalerScene, PodScene, Scene, Workload } from '../scene.ts';
import type { ApiObject } from './object.ts';
import { ago, metaOf, type Place } from './place.ts';
import { containersOf } from './template.ts';

/** Its figure is a share of what the pods request: where an autoscaler has one, its pods request and use what makes it so. */
export function withLoad(scene: Scene): Scene {
  const { autoscalers = [], workloads = [] } = scene;
  const loads = new Map(autoscalers.flatMap(({ target, cpu }) => (cpu ? [[target, cpu.now] as const] : [])));
  return { ...scene, workloads: workloads.map((one) => loaded(one, loads.get(one.name))) };
}

/** of a whole CPU; the half percent keeps what is measured from rounding down */
const millis = (share: number): number => share * 10 + 5;

function loaded(workload: Workload, share: number | undefined): Workload {
  if (share === undefined) return workload;
  const containers = containersOf(workload);
  const use = (pod: PodScene): PodScene['containers'] =>
    Object.fromEntries(containers.map(({ name }) => [name, { cpu: `${millis(share)}m`, ...pod.containers?.[name] }]));
  return {
    ...workload,
    containers: containers.map((one) => ({ cpuRequest: '1', ...one })),
    pods: workload.pods.map((pod) => ({ ...pod, containers: { ...pod.containers, ...use(pod) } })),
  };
}

export function autoscaler(place: Place, scene: AutoscalerScene, workloads: Workload[]): ApiObject {
  const { name, target, min, max, current, cpu, failing } = scene;
  const kind = workloads.some((one) => one.name === target && one.kind === 'statefulset')
    ? 'StatefulSet'
    : 'Deployment';
  const used = cpu && !failing ? { averageUtilization: cpu.now, averageValue: `${millis(cpu.now)}m` } : undefined;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: metaOf(place, 'HorizontalPodAutoscaler', { name }),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind, name: target },
      minReplicas: min,
      maxReplicas: max,
      metrics: [measured(cpu?.target ?? 80)],
    },
    status: {
      lastScaleTime: ago(place, 10),
      currentReplicas: current,
      desiredReplicas: current,
      currentMetrics: used ? [{ type: 'Resource', resource: { name: 'cpu', current: used } }] : [{ type: '' }],
      conditions: conditionsOf(place, scene),
    },
  };
}

const measured = (averageUtilization: number): object => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

const able = {
  type: 'AbleToScale',
  status: 'True',
  reason: 'ReadyForNewScale',
  message: 'recommended size matches current size',
};
/** that far and no farther */
const reached = {
  type: 'AbleToScale',
  status: 'True',
  reason: 'SucceededGetScale',
  message: "the HPA controller was able to get the target's current scale",
};
const active = {
  type: 'ScalingActive',
  status: 'True',
  reason: 'ValidMetricFound',
  message:
    'the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)',
};
const unlimited = {
  type: 'ScalingLimited',
  status: 'False',
  reason: 'DesiredWithinRange',
  message: 'the desired count is within the acceptable range',
};
const limitedAbove = {
  type: 'ScalingLimited',
  status: 'True',
  reason: 'TooManyReplicas',
  message: 'the desired replica count is more than the maximum replica count',
};

/** Without a figure the controller does not come as far as the limits. */
function conditionsOf(place: Place, { failing, limited }: AutoscalerScene): object[] {
  const blind = failing?.type === 'ScalingActive';
  const said = [blind ? reached : able, active].filter(({ type }) => type !== failing?.type);
  const limits = limited ? limitedAbove : unlimited;
  return [...said, ...(failing ? [{ status: 'False', ...failing }] : []), ...(blind ? [] : [limits])].map((one) => ({
    ...one,
    lastTransitionTime: ago(place, 30),
  }));
}
