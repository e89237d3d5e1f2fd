/** What a kubelet would report of one container. */
import type { ContainerStatus, Ended } from '../scene.ts';
import type { ContainerSpec, ContainerState, State } from './object.ts';
import { ago, madeUp, type Place } from './place.ts';

export interface Standing {
  place: Place;
  pod: string;
  uid: string;
  /** when the pod was started, in minutes ago */
  age: number;
  /** told of this container */
  told: ContainerStatus;
  isReady: boolean;
  isInit?: boolean;
}

export function containerStatus(spec: ContainerSpec, standing: Standing): ContainerState & Record<string, unknown> {
  const { told, isReady, isInit = false } = standing;
  const state = stateOf(spec, standing);
  return {
    name: spec.name,
    state,
    lastState: told.last ? { terminated: ended(standing, told.last) } : {},
    ready: isInit ? state.terminated?.exitCode === 0 : isReady && state.running !== undefined,
    restartCount: told.restarts ?? (told.last ? 1 : 0),
    image: spec.image,
    ...(state.waiting && !told.last ? { imageID: '' } : identity(spec, standing)),
    started: state.running !== undefined,
  };
}

/** Of what has run at least once. */
const identity = ({ name, image }: ContainerSpec, { uid }: Standing): { imageID: string; containerID: string } => ({
  imageID: `${image.replace(/:[^:/]*$/, '')}@sha256:${'0'.repeat(64)}`,
  containerID: `containerd://${madeUp(32, uid, name)}${madeUp(32, name, uid)}`,
});

function stateOf(spec: ContainerSpec, standing: Standing): State {
  const { place, told, age, isInit } = standing;
  if (told.waiting) return { waiting: { ...told.waiting, message: told.waiting.message ?? messageOf(spec, standing) } };
  if (told.terminated) return { terminated: ended(standing, told.terminated) };
  if (isInit) return { terminated: ended(standing, { reason: 'Completed', exitCode: 0, ago: age }) };
  return { running: { startedAt: ago(place, told.last ? Math.min(told.last.ago, age) : age) } };
}

function ended(
  { place, age }: Standing,
  { reason, exitCode, ago: minutes, signal }: Ended,
): NonNullable<State['terminated']> {
  const finished = Math.min(minutes, age);
  const ran = Math.min(5, age - finished);
  return { exitCode, reason, signal, startedAt: ago(place, finished + ran), finishedAt: ago(place, finished) };
}

/** The kubelet's own words for what it waits for. */
function messageOf({ name, image }: ContainerSpec, { told, place, pod, uid }: Standing): string | undefined {
  switch (told.waiting?.reason) {
    case 'CrashLoopBackOff':
      return `back-off 5m0s restarting failed container=${name} pod=${pod}_${place.namespace}(${uid})`;
    case 'ImagePullBackOff':
      return `Back-off pulling image "${image}"`;
    case 'ErrImagePull':
      return `failed to pull and unpack image "${image}": not found`;
    default:
      return undefined;
  }
}
