/** The conditions of a pod, which follow from its containers. */
import type { ContainerStatus, PodScene } from '../scene.ts';
import type { Condition, ContainerState } from './object.ts';
import { ago, type Place } from './place.ts';

interface Whole {
  age: number;
  scene: PodScene;
  statuses: ContainerState[];
  initial: ContainerState[];
}

type Said = Omit<Condition, 'type'>;

export const unplaced = (place: Place, age: number, { unschedulable }: PodScene): Condition => ({
  type: 'PodScheduled',
  status: 'False',
  reason: 'Unschedulable',
  message: unschedulable,
  lastTransitionTime: ago(place, age),
});

export function conditionsOf(place: Place, whole: Whole): Condition[] {
  const { age, scene } = whole;
  const yes: Said = { status: 'True', lastTransitionTime: ago(place, age) };
  const ready = readiness(place, whole);
  const conditions: Condition[] = [
    ...(scene.reason === 'Evicted' ? [{ type: 'DisruptionTarget', ...yes, ...evicted(scene) }] : []),
    { type: 'PodReadyToStartContainers', ...yes, status: isEnded(scene) ? 'False' : 'True' },
    { type: 'Initialized', ...yes, ...incomplete(whole) },
    { type: 'Ready', ...ready },
    { type: 'ContainersReady', ...ready },
    { type: 'PodScheduled', ...yes },
  ];
  // kept for clients of old: nothing probes any more
  return conditions.map((one) => ({ ...one, lastProbeTime: null }));
}

const isEnded = ({ phase }: PodScene): boolean => phase === 'Failed' || phase === 'Succeeded';

const evicted = ({ message }: PodScene): Partial<Said> => ({ reason: 'TerminationByKubelet', message });

function incomplete({ initial }: Whole): Partial<Said> {
  const names = initial.filter(({ ready }) => !ready).map(({ name }) => name);
  if (names.length === 0) return {};
  const message = `containers with incomplete status: [${names.join(' ')}]`;
  return { status: 'False', reason: 'ContainersNotInitialized', message };
}

/** Since the last container ended, else since the pod began: what never was ready has not been since then. */
function readiness(place: Place, { age, scene, statuses }: Whole): Said {
  const ends = Object.values(scene.containers ?? {}).flatMap(endOf);
  const lastTransitionTime = ago(place, Math.min(age, ...ends));
  const names = statuses.filter(({ ready }) => !ready).map(({ name }) => name);
  if (scene.phase === 'Failed') return { status: 'False', reason: 'PodFailed', lastTransitionTime };
  if (scene.phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted', lastTransitionTime };
  if (names.length === 0) return { status: 'True', lastTransitionTime };
  const message = `containers with unready status: [${names.join(' ')}]`;
  return { status: 'False', reason: 'ContainersNotReady', message, lastTransitionTime };
}

const endOf = ({ last, terminated }: ContainerStatus): number[] =>
  [last, terminated].flatMap((end) => (end ? [end.ago] : []));
