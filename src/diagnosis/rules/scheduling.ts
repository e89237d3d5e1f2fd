/** Pods that no node takes (C9): the scheduler's message, told as causes with numbers of nodes. */
import type { Finding } from '../diagnosis.ts';
import { type Condition, conditionOf, isLeaving, type Pod } from '../pod.ts';
import { limitOf } from '../thresholds.ts';
import { count, duration, oneLine } from '../words.ts';
import { type Around, ofPod } from './of-pod.ts';

export const unschedulable = (pods: Pod[], around: Around): Finding[] =>
  pods.flatMap((pod) => {
    const scheduled = conditionOf(pod, 'PodScheduled');
    if (scheduled?.status !== 'False' || isLeaving(pod)) return [];
    if (scheduled.reason === 'SchedulingGated') return [gated(pod)];
    if (scheduled.reason !== 'Unschedulable') return [];
    return [unscheduled(pod, scheduled, around)];
  });

function unscheduled(pod: Pod, { message = '', since = pod.createdAt }: Condition, around: Around): Finding {
  const forMs = around.now - since;
  const criticalAfter = limitOf(around, 'unschedulableCritical');
  const causes = causesIn(message);
  return ofPod(pod, {
    rule: 'pod.unschedulable',
    level: forMs > criticalAfter ? 'critical' : 'warning',
    ...(causes.some(({ isCapacity }) => isCapacity) ? { cause: 'capacity' as const } : {}),
    summary: `No node has taken it for ${duration(forMs)}: ${told(causes)}.`,
    observed: duration(forMs),
    threshold: `any; critical beyond ${duration(criticalAfter)}`,
    evidence: message === '' ? [] : [oneLine(message, 300)],
  });
}

const gated = (pod: Pod): Finding =>
  ofPod(pod, {
    rule: 'pod.gated',
    level: 'info',
    summary: 'Held back on purpose: a scheduling gate has not been taken off yet.',
  });

interface Obstacle {
  nodes?: number;
  what: string;
  isCapacity: boolean;
}

const obstacles: { says: RegExp; what: string; isCapacity?: boolean }[] = [
  { says: /Insufficient ([\w./-]+)/, what: 'too little $1', isCapacity: true },
  { says: /Too many pods/, what: 'too many pods', isCapacity: true },
  { says: /unschedulable/, what: 'cordoned' },
  { says: /untolerated taints?(?:\(s\))? \{([^:}]+)/, what: 'taint $1' },
  { says: /untolerated taint/, what: 'a taint' },
  { says: /volume/i, what: 'its volume' },
  { says: /anti-affinity/, what: 'kept apart from another pod' },
  { says: /affinity|node selector/, what: 'not the node it asks for' },
  { says: /topology spread/, what: 'spread over zones' },
  { says: /free ports/, what: 'its port is taken' },
];

/** "0/5 nodes are available: 3 Insufficient memory, 2 node(s) had untolerated taint {gpu: }. preemption: …" */
function causesIn(message: string): Obstacle[] {
  const [, said = message] = /nodes are available: (.*?)(?:\. preemption:.*)?$/s.exec(message) ?? [];
  return said.split(/, (?=\d+ )/).flatMap((part) =>
    obstacles
      .filter(({ says }) => says.test(part))
      .slice(0, 1)
      .map((one) => obstacleOf(part, one)),
  );
}

function obstacleOf(part: string, { says, what, isCapacity = false }: (typeof obstacles)[number]): Obstacle {
  const [, nodes] = /^(\d+) /.exec(part) ?? [];
  const [, named = ''] = says.exec(part) ?? [];
  return { what: what.replace('$1', oneLine(named, 60)), isCapacity, ...(nodes ? { nodes: Number(nodes) } : {}) };
}

const told = (causes: Obstacle[]): string =>
  causes.length === 0
    ? 'the scheduler gives no reason that is known'
    : causes.map(({ nodes, what }) => (nodes === undefined ? what : `${count(nodes, 'node')}: ${what}`)).join(', ');
