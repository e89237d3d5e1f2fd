/** What the gateway complains of, kind by kind: how often, what it means, and what to look at next. */
import { checks } from '../checks.ts';
import type { Cause, Finding, FindingLevel } from '../diagnosis.ts';
import type { Complaint, GatewayLog, Trouble } from '../gateway-log.ts';
import { count, often, oneLine } from '../words.ts';

interface Meaning {
  /** that users see */
  status: number;
  means: string;
  level?: FindingLevel;
  cause?: Cause;
}

/** `closed` and `reset` have rules of their own: who closed decides what they mean. */
const meanings: Partial<Record<Trouble, Meaning>> = {
  refused: {
    status: 502,
    means: 'nobody listens there: a wrong port, a pod that starts, or a service with no ready endpoint',
    cause: 'dependency',
  },
  unreachable: {
    status: 502,
    means: 'the address leads nowhere: its pod is gone, its node is down, or a network policy is in the way',
    cause: 'dependency',
  },
  tls: {
    status: 502,
    means: 'the gateway and its upstream disagree about TLS: the protocol of the service, or a certificate',
  },
  'big-header': { status: 502, means: 'the upstream sends more header than the proxy buffer of the gateway holds' },
  timeout: {
    status: 504,
    means: 'the upstream is too slow or not reached: look at its database and its memory',
    cause: 'dependency',
  },
  'no-peer': {
    status: 503,
    means: 'the gateway has no target left: no ready endpoint, or all fail its health checks',
    cause: 'dependency',
  },
  dns: {
    status: 503,
    means: 'a name is not resolved: look at the name of the service and at the DNS of the cluster',
    cause: 'dependency',
  },
  'no-route': { status: 404, means: 'no route fits: the configuration of the gateway may not be loaded' },
  'worker-killed': {
    status: 502,
    means: 'a worker of the gateway itself was killed, most likely for memory',
    level: 'critical',
    cause: 'out-of-memory',
  },
};

/** A path that nobody serves is asked for all day by strangers. */
const strangersAsk: Trouble = 'no-route';
const routesMissed = 0.5;

export function complained(log: GatewayLog, now: number, repeat: string): Finding[] {
  const kinds = Map.groupBy(log.complaints, ({ trouble }) => trouble);
  return [...kinds].flatMap(([trouble, alike]) => {
    const meaning = meanings[trouble];
    if (!meaning || (trouble === strangersAsk && alike.length < routesMissed * log.answers.length)) return [];
    const { means, status, level = 'warning', cause } = meaning;
    return [
      {
        rule: `gateway.${trouble}`,
        level,
        check: checks.gatewayLog,
        subject: 'gateway',
        ...(cause === undefined ? {} : { cause }),
        summary: `${told(alike, log, now)}: ${means} (users see ${status}).`,
        observed: count(alike.length, 'line'),
        threshold: 'any within the last hour',
        evidence: samplesOf(alike),
        repeat,
      },
    ];
  });
}

/** An error on the way to one upstream is no failure yet: the gateway tries another. */
function told(alike: Complaint[], { answers }: GatewayLog, now: number): string {
  const failed = new Set(answers.filter(({ status, id }) => id !== undefined && status >= 500).map(({ id }) => id));
  const joined = alike.filter(({ id }) => id !== undefined && failed.has(id)).length;
  const known = alike.length === 1 ? ', on a request that failed' : `, ${joined} of them on requests that failed`;
  const last = Math.max(...alike.map(({ at }) => at));
  return `Logged ${often(alike.length, now - last)}${joined > 0 ? known : ''}`;
}

/** The newest of each upstream, so that many lines on one do not hide another. */
export const samplesOf = (alike: Complaint[]): string[] => {
  const newest = new Map(alike.map((one) => [one.upstream?.host, one]));
  return [...newest.values()].slice(-5).map(({ pod, text }) => oneLine(`${pod}: ${text}`, 300));
};
