/** READY, STATUS and RESTARTS of a pod: what an engineer reads first, worked out by the API server and not by kubectl. */
import { type ContainerState, isReady, type Pod, type State } from '../objects/object.ts';
import { shortly } from './duration.ts';

interface Cells {
  ready: string;
  status: string;
  restarts: string;
}

export function podCells(pod: Pod, now: Date): Cells {
  const all = pod.status.containerStatuses ?? [];
  const initial = pod.status.initContainerStatuses ?? [];
  const beginning = initialWord(initial);
  const counted = beginning === undefined ? all : initial;
  const running = all.filter(({ ready, state }) => ready && state.running);
  return {
    ready: `${beginning === undefined ? running.length : 0}/${pod.spec.containers.length}`,
    status: leaving(pod) ?? beginning ?? (word(pod, all) || pod.status.phase),
    restarts: restarts(counted, now),
  };
}

const isOver = ({ status }: Pod): boolean => status.phase === 'Failed' || status.phase === 'Succeeded';

function leaving(pod: Pod): string | undefined {
  if (pod.metadata.deletionTimestamp === undefined || isOver(pod)) return undefined;
  return pod.status.reason === 'NodeLost' ? 'Unknown' : 'Terminating';
}

/** Of the first that is not over: the ones behind it wait for it. */
function initialWord(initial: ContainerState[]): string | undefined {
  const n = initial.findIndex(({ state }) => state.terminated?.exitCode !== 0);
  const state = initial[n]?.state;
  if (!state) return undefined;
  if (state.terminated) return `Init:${endWord(state.terminated)}`;
  const waits = state.waiting?.reason ?? 'PodInitializing';
  return waits === 'PodInitializing' ? `Init:${n}/${initial.length}` : `Init:${waits}`;
}

const endWord = ({ reason, signal, exitCode }: NonNullable<State['terminated']>): string =>
  reason || (signal === undefined ? `ExitCode:${exitCode}` : `Signal:${signal}`);

/** The first container's word wins; one that runs on beside one that completed keeps the pod running. */
function word(pod: Pod, all: ContainerState[]): string {
  const words = all.flatMap(
    ({ state }) => state.waiting?.reason ?? (state.terminated ? endWord(state.terminated) : []),
  );
  const found = words[0] ?? pod.status.reason ?? pod.status.phase;
  const isRunning = all.some(({ ready, state }) => ready && state.running);
  if (found === 'Completed' && isRunning) return isReady(pod) ? 'Running' : 'NotReady';
  return found;
}

function restarts(containers: ContainerState[], now: Date): string {
  const count = containers.reduce((sum, { restartCount }) => sum + restartCount, 0);
  const ends = containers.flatMap(({ lastState }) => lastState.terminated?.finishedAt ?? []).toSorted();
  const last = ends.at(-1);
  return count > 0 && last !== undefined ? `${count} (${shortly(last, now)} ago)` : String(count);
}
