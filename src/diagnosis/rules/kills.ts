/** Containers that were killed: for their own limit (C3), or by something else that a signal 9 alone does not name (C3b). */

import { minutes } from '../../incident/times.ts';
import type { Finding, FindingLevel } from '../diagnosis.ts';
import type { Event } from '../event.ts';
import { type Container, type Ended, ownerOf, type Pod } from '../pod.ts';
import { limitOf } from '../thresholds.ts';
import { count, duration, oneLine } from '../words.ts';
import { type Around, ago, eachContainer, isWithin, ofContainer } from './of-pod.ts';

const outOfMemory = 'OOMKilled';
const sigkill = 137;
const ofPodKills = new Set(['Killing', 'Evicted', 'Preempted']);
/** said of the node and not of the pod: it ran out, whatever the limits are */
const ofNodeKills = new Set(['SystemOOM', 'OOMKilling']);

/** How its newest run ended, whether it runs again or not. */
const endOf = ({ ended, last }: Container): Ended | undefined => ended ?? last;

export const isOutOfMemory = (container: Container): boolean => endOf(container)?.reason === outOfMemory;

/** The kubelet that does not know when says so with the beginning of all time. */
const levelOf = ({ at }: Ended, around: Around): FindingLevel => {
  if (isWithin(at, around.now, limitOf(around, 'killedCritical'))) return 'critical';
  return isWithin(at, around.now, limitOf(around, 'killedWarning')) ? 'warning' : 'info';
};

const thresholdOf = (around: Around): string =>
  `critical within ${duration(limitOf(around, 'killedCritical'))}, warning within ${duration(limitOf(around, 'killedWarning'))}`;

export const outOfMemoryKills = (pods: Pod[], around: Around): Finding[] =>
  eachContainer(pods, (pod, container) => {
    const { now } = around;
    const end = endOf(container);
    if (end?.reason !== outOfMemory) return [];
    const limit = container.limits['memory'];
    const where = limit === undefined ? 'without a limit of its own: its node ran out' : `at its limit of ${limit}`;
    const level = levelOf(end, around);
    return [
      ofContainer(pod, container, {
        rule: 'pod.out-of-memory',
        level,
        cause: limit === undefined ? 'node' : 'out-of-memory',
        summary: `Killed for memory ${where}, ${ago(end.at, now)}; ${count(container.restarts, 'restart')} in all.`,
        observed: `OOMKilled ${ago(end.at, now)}`,
        threshold: thresholdOf(around),
        evidence: [stateText(container, end), ...eventsNear(pod, end, around).slice(0, 2).map(eventText)],
        ...(limit === undefined || level === 'info' ? {} : raiseLimit(pod, container)),
      }),
    ];
  });

function stateText({ ended }: Container, { reason, exitCode, at }: Ended): string {
  const when = at === undefined ? '' : `, finished ${new Date(at).toISOString().replace('.000Z', 'Z')}`;
  return `${ended ? 'state' : 'last state'}: terminated, reason ${oneLine(reason, 40)}, exit code ${exitCode}${when}`;
}

const eventText = ({ reason, message }: Event): string => `event ${oneLine(reason, 40)}: ${oneLine(message)}`;

/** What the cluster said of an end, of the pod before what it said of its node, the newest of each first. */
function eventsNear(pod: Pod, { at }: Ended, { events = [], nodeEvents = [] }: Around): Event[] {
  const isNear = ({ last }: Event): boolean => at !== undefined && Math.abs(last - at) <= minutes(2);
  const ofPod = events.filter(({ name, reason }) => name === pod.name && ofPodKills.has(reason));
  const ofNode = nodeEvents.filter((event) => event.name === pod.node && isOfNode(event));
  return [...ofPod, ...ofNode].filter(isNear);
}

const isOfNode = ({ kind, reason }: Event): boolean => kind === 'Node' && ofNodeKills.has(reason);

/** A limit stands in the template of the owner: a pod on its own cannot be given another. */
function raiseLimit(pod: Pod, { name }: Container): Pick<Finding, 'offers'> {
  const owner = ownerOf(pod);
  if (pod.owner === undefined || owner === undefined || pod.owner.kind === 'replicaset') return {};
  const about = { kind: pod.owner.kind, namespace: pod.namespace, name: pod.owner.name };
  return { offers: [{ remedy: 'raise-limit', label: `Raise the memory limit of ${name} in ${owner}`, about }] };
}

export const otherKills = (pods: Pod[], around: Around): Finding[] =>
  eachContainer(pods, (pod, container) => {
    const end = endOf(container);
    if (end?.exitCode !== sigkill || end.reason === outOfMemory) return [];
    const [said] = eventsNear(pod, end, around);
    return [
      ofContainer(pod, container, {
        rule: 'pod.killed',
        level: levelOf(end, around),
        summary: `Ended by SIGKILL ${ago(end.at, around.now)}, not for its memory limit: ${killerOf(said, around)}.`,
        observed: `exit ${sigkill} (${oneLine(end.reason, 40)})`,
        threshold: thresholdOf(around),
        ...(said && isOfNode(said) ? { cause: 'node' } : {}),
      }),
    ];
  });

/** Said by an event, else left open: a liveness probe, an eviction, the node's memory and a hand all look alike. */
function killerOf(said: Event | undefined, { events, nodeEvents }: Around): string {
  if (said) return `${said.reason}: ${oneLine(said.message, 120)}`;
  if (!events) return 'why was not seen, as the events were not';
  return nodeEvents
    ? 'no event says by whom (liveness, node, or by hand)'
    : 'no event of its own says by whom, and whether its node ran out of memory was not seen';
}
