/** One pod of several, or all alike: a leak, against load or a limit that is too low. */
import type { IssueType } from '../../incident/policy.ts';
import { aboutOwner, aboutPod, type ContainerUse, type NamespaceUse, restartPod, scaleOut } from '../container-use.ts';
import type { Finding } from '../diagnosis.ts';
import { bytes } from '../quantity.ts';
import { median } from '../trend.ts';
import { count } from '../words.ts';
import { isNearLimit, memoryCheck, percentsOf, topOf } from './memory.ts';

const outlierTimes = 1.5;
const leastPods = 2;

interface PodUse {
  pod: ContainerUse;
  bytes: number;
  isNear: boolean;
}

export function spread({ containers }: NamespaceUse, issueType: IssueType): Finding[] {
  const owners = Map.groupBy(
    containers.filter(({ owner, memory }) => owner !== undefined && memory !== undefined),
    ({ owner }) => owner,
  );
  return [...owners.values()].flatMap((uses) => ofOwner(podsOf(uses, issueType), issueType));
}

function podsOf(uses: ContainerUse[], issueType: IssueType): PodUse[] {
  return [...Map.groupBy(uses, ({ uid }) => uid).values()].flatMap((own) => {
    const [pod] = own;
    const used = own.reduce((sum, { memory = 0 }) => sum + memory, 0);
    return pod ? [{ pod, bytes: used, isNear: own.some((use) => isNearLimit(use, issueType)) }] : [];
  });
}

function ofOwner(pods: PodUse[], issueType: IssueType): Finding[] {
  if (pods.length < leastPods) return [];
  const middle = median(pods.map(({ bytes }) => bytes));
  const outliers = pods.filter(({ bytes }) => bytes > outlierTimes * middle);
  if (outliers.length > 0) return outliers.map((one) => outlier(one, pods.length, middle));
  return pods.every(({ isNear }) => isNear) ? allAlike(pods, issueType) : [];
}

/** Far from its limit it may be the one that leads, or has just the larger share: worth knowing, no fault. */
function outlier({ pod, bytes: used, isNear }: PodUse, pods: number, middle: number): Finding {
  const offers = isNear ? restartPod(pod) : [];
  const about = aboutPod(pod);
  return {
    rule: 'memory.one-pod',
    level: isNear ? 'warning' : 'info',
    check: memoryCheck,
    subject: pod.pod,
    summary: `${bytes(used)}, ${times(used / middle)} times the median of the ${count(pods, 'pod')} of ${pod.owner} (${bytes(middle)}): this one pod, not load on all of them.`,
    observed: `${times(used / middle)} times the median`,
    threshold: `more than ${outlierTimes} times`,
    repeat: topOf(pod),
    cause: 'out-of-memory',
    about,
    ...(offers.length > 0 ? { offers } : {}),
  };
}

const times = (n: number): string => (Math.floor(10 * n) / 10).toFixed(1);

function allAlike(pods: PodUse[], issueType: IssueType): Finding[] {
  const [first] = pods;
  if (!first) return [];
  const used = pods.map(({ bytes }) => bytes);
  return [
    {
      rule: 'memory.all-pods',
      level: 'warning',
      check: memoryCheck,
      subject: first.pod.owner ?? first.pod.pod,
      summary: `All ${count(pods.length, 'pod')} are near their limit and alike, ${bytes(Math.min(...used))} to ${bytes(Math.max(...used))}: load, or a limit that is too low, not a leak in one of them.`,
      observed: `${pods.length} of ${pods.length} from ${percentsOf(issueType).warning} % of the limit`,
      threshold: 'all, and none far above the median',
      repeat: `kubectl top pods --containers -n ${first.pod.namespace}`,
      cause: 'capacity',
      about: aboutOwner(first.pod),
      offers: scaleOut(first.pod),
    },
  ];
}
