/** What only the container itself knows: how often it hit its limit, and whether a process in it was killed for it. */
import { aboutPod, type ContainerUse, raiseLimit } from '../container-use.ts';
import type { Finding } from '../diagnosis.ts';
import { bytes, percent } from '../quantity.ts';
import { count } from '../words.ts';

export const insideCheck = 'memory inside containers';

/** Of its control group: counts since the container started. */
export interface Inside {
  use: ContainerUse;
  version: 'v2' | 'v1';
  /** without the pages of files that are given back when others need them */
  workingBytes: number;
  limitBytes?: number | undefined;
  limitHits: number;
  kills: number;
  /** a moment later; absent: read once */
  limitHitsThen?: number | undefined;
}

/** A container goes on when only one of its processes was killed, and its status then shows nothing. */
export const killedInside = (seen: Inside[]): Finding[] =>
  seen
    .filter(({ kills }) => kills > 0)
    .map((one) => found(one, { rule: 'memory.killed-inside', level: 'warning', summary: killed(one) }));

const killed = ({ kills, limitHits, ...one }: Inside): string =>
  `${kills} ${kills === 1 ? 'process' : 'processes'} killed for memory inside the container since it started, while it went on running; limit hit ${times(limitHits)}, ${used(one)}.`;

/** Counters of the whole life: whether it still happens needs two looks. */
export function limitHit(seen: Inside[]): Finding[] {
  return seen
    .filter(({ limitHits, kills }) => limitHits > 0 && kills === 0)
    .map((one) =>
      isRising(one)
        ? found(one, {
            rule: 'memory.limit-hit',
            level: 'warning',
            summary: `It is held at its limit right now: hit ${times(one.limitHits)} so far, ${times((one.limitHitsThen ?? 0) - one.limitHits)} more a moment later; ${used(one)}.`,
          })
        : found(one, {
            rule: 'memory.limit-was-hit',
            level: 'info',
            summary: `Limit hit ${times(one.limitHits)} since the container started; seen once, so whether it still is, is not known; ${used(one)}.`,
          }),
    );
}

const isRising = ({ limitHits, limitHitsThen = limitHits }: Inside): boolean => limitHitsThen > limitHits;
const times = (n: number): string => count(n, 'time');

const used = ({ workingBytes, limitBytes }: Pick<Inside, 'workingBytes' | 'limitBytes'>): string =>
  limitBytes === undefined
    ? `${bytes(workingBytes)} in use and no limit`
    : `${bytes(workingBytes)} of ${bytes(limitBytes)} in use (${percent(workingBytes, limitBytes)})`;

function found(one: Inside, said: Pick<Finding, 'rule' | 'level' | 'summary'>): Finding {
  const { use, kills, limitHits, version } = one;
  const offers = said.level === 'info' ? [] : raiseLimit(use);
  return {
    ...said,
    check: insideCheck,
    subject: `${use.pod}/${use.container}`,
    observed: `oom_kill ${kills}, max ${limitHits}`,
    threshold: 'oom_kill above 0, or max rising between two reads',
    repeat: `kubectl exec -n ${use.namespace} ${use.pod} -c ${use.container} -- ${eventsOf[version].join(' ')}`,
    cause: 'out-of-memory',
    about: aboutPod(use),
    ...(offers.length > 0 ? { offers } : {}),
  };
}

export const eventsOf = {
  v2: ['cat', '/sys/fs/cgroup/memory.events'],
  v1: ['cat', '/sys/fs/cgroup/memory/memory.oom_control'],
} as const;
