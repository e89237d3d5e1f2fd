/** What a container uses against what it may: near its limit, without one, far above its request, without a figure. */
import type { IssueType } from '../../incident/policy.ts';
import { aboutPod, type ContainerUse, type NamespaceUse, raiseLimit } from '../container-use.ts';
import type { Finding, Seen } from '../diagnosis.ts';
import { bytes, percent } from '../quantity.ts';
import { limitOf } from '../thresholds.ts';

/** Name of the probe that all of these follow from. */
export const memoryCheck = 'memory of containers';

const aboveRequest = 1.5;

export const topOf = ({ namespace, pod }: Pick<ContainerUse, 'namespace' | 'pod'>): string =>
  `kubectl top pod ${pod} --containers -n ${namespace}`;

/** A container as the start of every finding on it. */
export const of = (use: ContainerUse) => ({
  check: memoryCheck,
  subject: `${use.pod}/${use.container}`,
  about: aboutPod(use),
  repeat: topOf(use),
});

export const percentsOf = (issueType: IssueType) => ({
  critical: limitOf(issueType, 'memoryCriticalPercent'),
  warning: limitOf(issueType, 'memoryWarningPercent'),
});

/** Undefined where there is no figure, or nothing to compare it with. */
export const shareOf = ({ memory, memoryLimit }: ContainerUse): number | undefined =>
  memory === undefined || memoryLimit === undefined || memoryLimit === 0 ? undefined : memory / memoryLimit;

export const isNearLimit = (use: ContainerUse, issueType: IssueType): boolean =>
  100 * (shareOf(use) ?? 0) >= percentsOf(issueType).warning;

/** The limit of an owner is raised once, so the first of its pods alone offers it. */
export function nearLimit({ containers }: NamespaceUse, issueType: IssueType): Finding[] {
  const { critical, warning } = percentsOf(issueType);
  const near = containers.filter((use) => isNearLimit(use, issueType));
  const offering = new Set([...Map.groupBy(near, ({ owner }) => owner).values()].map(([first]) => first));
  return near.map((use) => {
    const { memory = 0, memoryLimit = 0 } = use;
    const offers = offering.has(use) ? raiseLimit(use) : [];
    return {
      ...of(use),
      rule: 'memory.near-limit',
      level: 100 * memory >= critical * memoryLimit ? 'critical' : 'warning',
      summary: `${bytes(memory)} of ${bytes(memoryLimit)} (${percent(memory, memoryLimit)}) are in use: at its limit it is killed.`,
      observed: percent(memory, memoryLimit),
      threshold: `warning from ${warning} %, critical from ${critical} %`,
      cause: 'out-of-memory',
      ...(offers.length > 0 ? { offers } : {}),
    };
  });
}

/** One whose limit cannot be read may well have one. */
export const isLimitless = ({ memoryLimit, unreadLimit }: ContainerUse): boolean =>
  memoryLimit === undefined && unreadLimit === undefined;

/** Compared with what its node has: nothing less stops it. */
export function noLimit({ containers, nodes }: NamespaceUse): Finding[] {
  return containers.filter(isLimitless).map((use) => ({
    ...of(use),
    rule: 'memory.no-limit',
    level: 'warning',
    summary: `No memory limit is set, ${usedOf(use)}: it can take what its node has${ofNode(use, nodes)}.`,
    observed: 'no limit',
    threshold: 'every container has a limit',
    repeat: `kubectl get pod ${use.pod} -n ${use.namespace} -o jsonpath='{range .spec.containers[*]}{.name}{" "}{.resources}{"\\n"}{end}'`,
    cause: 'capacity',
  }));
}

const usedOf = ({ memory }: ContainerUse): string =>
  memory === undefined ? 'and there is no figure of its use' : `${bytes(memory)} are in use`;

function ofNode({ node = '', memory = 0 }: ContainerUse, nodes: Seen<Record<string, number>> | undefined): string {
  if (nodes?.ok === false) return ` (how much that is was not seen: ${nodes.why})`;
  const has = nodes?.data[node];
  return has === undefined || has === 0 ? '' : `, ${bytes(has)} on ${node} (${percent(memory, has)})`;
}

export function aboveRequested({ containers }: NamespaceUse): Finding[] {
  return containers
    .filter(({ memory = 0, memoryRequest = 0 }) => memoryRequest > 0 && memory > aboveRequest * memoryRequest)
    .map((use) => {
      const { memory = 0, memoryRequest = 0 } = use;
      return {
        ...of(use),
        rule: 'memory.above-request',
        level: 'info',
        summary: `${bytes(memory)} are in use, ${percent(memory, memoryRequest)} of the ${bytes(memoryRequest)} it requests: it is among the first to be evicted when its node runs short.`,
        observed: percent(memory, memoryRequest),
        threshold: `more than ${100 * aboveRequest} %`,
      };
    });
}

const byFigures = ['near-limit', 'one-pod', 'all-pods', 'growing', 'grew-since-rollout'].map((one) => `memory.${one}`);

/** Young ones have none yet; where all are missing the check itself says why. */
export function noFigure({ containers, figures }: NamespaceUse): Finding[] {
  if (!figures.ok) return [];
  return containers
    .filter(({ isRunning, memory }) => isRunning && memory === undefined)
    .map((use) => ({
      ...of(use),
      rule: 'memory.no-figure',
      level: 'info',
      leavesOpen: byFigures,
      summary: 'There is no figure of its memory, which does not mean that it uses none.',
      observed: 'no figure',
    }));
}
