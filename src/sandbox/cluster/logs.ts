/** The logs of a container as the kubelet hands them out, and its reasons for not doing so. */
import type { ContainerState, Pod } from './objects/object.ts';
import { Refused } from './refused.ts';
import type { ContainerStatus } from './scene.ts';

/** The told status by container, of one pod. */
export type Told = Record<string, ContainerStatus>;

export function logText(pod: Pod, told: Told, { query, now }: { query: URLSearchParams; now: Date }): string {
  const container = chosen(pod, query.get('container'));
  if (pod.spec.nodeName === undefined) return '';
  const lines = linesOf(pod, container, {
    told: told[container] ?? {},
    wantsPrevious: query.get('previous') === 'true',
  });
  const timed = lines.map(([ago, line]) => ({ at: new Date(now.getTime() - ago * 60_000), line }));
  const since = sinceOf(query, now);
  const recent = timed.filter(({ at }) => at.getTime() >= since);
  const tail = query.get('tailLines');
  const kept = tail === null ? recent : recent.slice(Math.max(0, recent.length - Number(tail)));
  const stamped = query.get('timestamps') === 'true';
  const text = kept.map(({ at, line }) => `${stamped ? `${nanoseconds(at)} ` : ''}${line}\n`).join('');
  const limit = query.get('limitBytes');
  return limit === null ? text : Buffer.from(text).subarray(0, Number(limit)).toString('utf8');
}

const nanoseconds = (at: Date): string => at.toISOString().replace('Z', '000000Z');

function sinceOf(query: URLSearchParams, now: Date): number {
  const seconds = query.get('sinceSeconds');
  const time = query.get('sinceTime');
  if (seconds !== null) return now.getTime() - Number(seconds) * 1_000;
  return time === null ? -Infinity : Date.parse(time);
}

export function chosen({ spec, metadata: { name } }: Pod, container: string | null): string {
  const names = spec.containers.map((one) => one.name);
  const initial = (spec.initContainers ?? []).map((one) => one.name);
  if (container && [...names, ...initial].includes(container)) return container;
  if (container) throw new Refused(400, `container ${container} is not valid for pod ${name}`);
  const [only, ...others] = names;
  if (only !== undefined && others.length === 0 && initial.length === 0) return only;
  const before = initial.length > 0 ? ` or one of the init containers: [${initial.join(' ')}]` : '';
  const choice = `choose one of: [${names.join(' ')}]${before}`;
  throw new Refused(400, `a container name must be specified for pod ${name}, ${choice}`);
}

function statusOf({ status }: Pod, container: string): ContainerState | undefined {
  const all = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])];
  return all.find(({ name }) => name === container);
}

type Lines = NonNullable<ContainerStatus['logs']>;

/** While a container waits for its next start, its logs are those of the last one that ran. */
function linesOf(
  pod: Pod,
  container: string,
  { told, wantsPrevious }: { told: ContainerStatus; wantsPrevious: boolean },
): Lines {
  const status = statusOf(pod, container);
  const where = `container "${container}" in pod "${pod.metadata.name}"`;
  if (!status) throw new Refused(400, `${where} is not available`);
  const hasPrevious = status.lastState.terminated !== undefined;
  if (wantsPrevious && !hasPrevious) throw new Refused(400, `previous terminated ${where} not found`);
  const { previousLogs = [], logs = isWaiting(status) ? previousLogs : [] } = told;
  if (wantsPrevious) return previousLogs;
  if (!isWaiting(status) || hasPrevious) return logs;
  throw new Refused(400, `${where} is waiting to start: ${whyWaiting(status)}`);
}

const isWaiting = ({ state }: ContainerState): boolean => state.waiting !== undefined;

function whyWaiting({ state }: ContainerState): string {
  const reason = state.waiting?.reason ?? '';
  if (reason === 'ErrImagePull') return "image can't be pulled";
  return reason === 'ImagePullBackOff' ? 'trying and failing to pull image' : reason;
}
