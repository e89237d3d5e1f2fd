/** Containers that never came to run: image (C5), configuration (C6), volumes and network (C10). A restart helps none. */
import { checks } from '../checks.ts';
import type { Finding } from '../diagnosis.ts';
import { type Event, eventsOf } from '../event.ts';
import { type Container, conditionOf, isLeaving, type Pod } from '../pod.ts';
import { limitOf } from '../thresholds.ts';
import { duration, oneLine } from '../words.ts';
import { titleOf, workloadOf } from '../workload.ts';
import { type Around, eachContainer, ofContainer, ofPod } from './of-pod.ts';

const imageReasons = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
]);
const configReasons = new Set(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']);
const creatingReasons = new Set(['ContainerCreating', 'PodInitializing']);
const mountReasons = new Set(['FailedMount', 'FailedAttachVolume', 'FailedCreatePodSandBox']);

export const imageNotPulled = (pods: Pod[], around: Around): Finding[] =>
  eachContainer(pods, (pod, container) => {
    const { waiting, image } = container;
    if (!waiting || !imageReasons.has(waiting.reason)) return [];
    const message = messageOf(pod, container, around);
    const owner = workloadOf(pod.owner, around.workloads ?? []);
    const isShort = owner !== undefined && owner.available < owner.desired;
    const short = isShort ? ` ${titleOf(owner)} has ${owner.available} of ${owner.desired}.` : '';
    return [
      ofContainer(pod, container, {
        rule: 'pod.image',
        level: isShort ? 'critical' : 'warning',
        ...(isShort ? { restsOn: [checks.workloads] } : {}),
        summary: `Its image ${oneLine(image, 120)} is not pulled: ${pullFault(message)}.${short}`,
        observed: waiting.reason,
        threshold: 'any; critical where its owner is below what it should have',
        evidence: message === '' ? [] : [oneLine(message, 300)],
      }),
    ];
  });

/** While it backs off, the kubelet's message says no more than that; the event before it says why. */
function messageOf(pod: Pod, { waiting }: Container, { events = [] }: Around): string {
  const failed = eventsOf(events, pod).find(
    ({ reason, message }) => reason === 'Failed' && /pull/i.test(message) && !/BackOff/.test(message),
  );
  return failed?.message ?? waiting?.message ?? '';
}

const pullFaults: [RegExp, string][] = [
  [/toomanyrequests|too many requests|rate limit|429/i, 'the registry limits how often it is asked'],
  [/not found|manifest unknown|404/i, 'the registry has no such image or tag'],
  [/denied|unauthori[sz]ed|forbidden|40[13]|authentication/i, 'the registry refuses its credentials'],
  [/time-?out|timed out|deadline|no such host|i\/o|refused/i, 'the registry was not reached'],
  [/invalid.*(name|reference)|couldn't parse/i, 'its name is none'],
];

const pullFault = (message: string): string =>
  pullFaults.find(([pattern]) => pattern.test(message))?.[1] ?? 'the cluster does not say why';

export const badConfig = (pods: Pod[]): Finding[] =>
  eachContainer(pods, (pod, container) => {
    const { waiting, ended, last } = container;
    if (!waiting || !configReasons.has(waiting.reason)) return [];
    const message = waiting.message ?? ended?.message ?? last?.message ?? '';
    return [
      ofContainer(pod, container, {
        rule: 'pod.config',
        level: 'critical',
        summary: `It cannot be started: ${missing(message)}.`,
        observed: waiting.reason,
        threshold: 'any',
        evidence: message === '' ? [] : [oneLine(message, 300)],
      }),
    ];
  });

function missing(message: string): string {
  const object = /(configmap|secret) "([^"]+)" not found/i.exec(message);
  if (object) return `${object[1]} ${oneLine(object[2] ?? '', 80)} is missing`;
  const key = /couldn't find key (\S+) in (ConfigMap|Secret) (\S+)/i.exec(message);
  if (key) return `key ${oneLine(key[1] ?? '', 60)} is missing in ${key[2]} ${oneLine(key[3] ?? '', 80)}`;
  const binary = /exec: "([^"]+)"/.exec(message);
  if (binary) return `its command ${oneLine(binary[1] ?? '', 80)} cannot be run`;
  return message === '' ? 'the cluster does not say why' : oneLine(message, 160);
}

/** Without an event that says what is in the way it may be a large image on its way. */
export const stuckCreating = (pods: Pod[], around: Around): Finding[] =>
  pods.flatMap((pod) => {
    const { now, events } = around;
    const creatingFor = limitOf(around, 'creatingAfter');
    const since = conditionOf(pod, 'PodScheduled')?.since ?? pod.createdAt;
    if (!isCreating(pod) || now - since <= creatingFor) return [];
    const said = eventsOf(events ?? [], pod).find(({ reason }) => mountReasons.has(reason));
    const why = said?.reason ?? unsaid(events);
    return [
      ofPod(pod, {
        rule: 'pod.creating',
        ...(said ? saidBy(said) : { level: 'info' }),
        summary: `Its containers have been in the making for ${duration(now - since)}: ${why}.`,
        observed: duration(now - since),
        threshold: `longer than ${duration(creatingFor)} with an event that says why`,
      }),
    ];
  });

const saidBy = ({ message }: Event) => ({
  level: 'warning' as const,
  restsOn: [checks.events],
  evidence: [oneLine(message, 300)],
});

const unsaid = (events: Around['events']): string =>
  events ? 'no event says why' : 'why was not seen, as the events were not';

/** While an init container runs, the others wait for it: that is as it should be. */
function isCreating(pod: Pod): boolean {
  if (pod.phase !== 'Pending' || isLeaving(pod)) return false;
  const { containers } = pod;
  const isBusy = containers.some(({ isInit, runningSince }) => isInit && runningSince !== undefined);
  return !isBusy && containers.some(({ waiting }) => waiting && creatingReasons.has(waiting.reason));
}
