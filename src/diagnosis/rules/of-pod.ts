/** What all findings about a pod have in common, and the times that they count. */
import type { Instant } from '../../incident/incident.ts';
import type { IssueType } from '../../incident/policy.ts';
import { checks } from '../checks.ts';
import type { Finding, Sample } from '../diagnosis.ts';
import type { Event } from '../event.ts';
import { aboutPod, type Container, type Pod } from '../pod.ts';
import { duration } from '../words.ts';
import type { Workload } from '../workload.ts';

/** What rules know besides what they judge. */
export interface Around {
  now: Instant;
  /** of the issue type, as the runbook sets them */
  thresholds: IssueType['thresholds'];
  /** the newest first; absent: not seen */
  events?: Event[] | undefined;
  /** of nodes, as those */
  nodeEvents?: Event[] | undefined;
  /** absent: not seen */
  workloads?: Workload[] | undefined;
}

type Said = Pick<Finding, 'rule' | 'level' | 'summary'> & Partial<Finding>;

export const describePod = ({ name, namespace }: Pod): string => `kubectl describe pod ${name} -n ${namespace}`;

export const previousLogs = ({ name, namespace }: Pod, container: Container): string =>
  `kubectl logs ${name} -n ${namespace} -c ${container.name} --previous --tail=100`;

export const ofPod = (pod: Pod, said: Said): Finding => ({
  check: checks.pods,
  subject: pod.name,
  about: aboutPod(pod),
  repeat: describePod(pod),
  ...said,
});

export const ofContainer = (pod: Pod, container: Container, said: Said): Finding =>
  ofPod(pod, { subject: `${pod.name}/${container.name}`, ...said });

export const ago = (at: Instant | undefined, now: Instant): string =>
  at === undefined ? 'at an unknown time' : `${duration(now - at)} ago`;

export const isWithin = (at: Instant | undefined, now: Instant, ms: number): boolean =>
  at !== undefined && now - at <= ms;

/** An event that began before is known to have happened once since: its count is of its whole life. */
export const timesWithin = ({ first, count }: Event, now: Instant, ms: number): number =>
  isWithin(first, now, ms) ? count : 1;

/** A container of this very pod, by which samples are grouped once: there are tens of thousands. */
export const keyOf = ({ uid, container }: Pick<Sample, 'uid' | 'container'>): string => `${uid} ${container}`;

/** A container in pods that replace each other: of a deployment they differ in their last five letters, else in nothing. */
export const seriesOf = ({ namespace, name }: Pick<Pod, 'namespace' | 'name'>, container: string): string =>
  [namespace, name.replace(/-[a-z0-9]{5}$/, ''), container].join(' ');

/** Pods with their containers, one by one. */
export const eachContainer = (pods: Pod[], rule: (pod: Pod, container: Container) => Finding[]): Finding[] =>
  pods.flatMap((pod) => pod.containers.flatMap((container) => rule(pod, container)));
