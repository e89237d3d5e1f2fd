/** Whom the gateway goes to: addresses that nobody here has (K3), and upstreams that close on it. */

import { minutes } from '../../incident/times.ts';
import { checks } from '../checks.ts';
import type { Finding } from '../diagnosis.ts';
import { type Complaint, failuresOf, type GatewayLog } from '../gateway-log.ts';
import type { Ended, Pod } from '../pod.ts';
import { podsBehind, type Service } from '../service.ts';
import { count, duration, often, oneLine } from '../words.ts';
import { samplesOf } from './gateway-troubles.ts';
import type { Placed } from './nodes.ts';

/** later ones are of a rollout that is over */
const stillAsked = minutes(5);
/** a burst is written down before and after the end that causes it */
const nearby = minutes(2);
const raceBelow = 0.01;

const isAddress = (host: string): boolean => /^[\d.]+$/.test(host) || host.includes(':');

/** Only where all pods and services of the namespace were seen; another may have it all the same, so it is never critical. */
export function deadAddresses(
  { complaints }: GatewayLog,
  { pods, services, namespace }: { pods: Pod[]; services: Service[]; namespace: string },
  now: number,
): Finding[] {
  const known = new Set([
    ...pods.map(({ ip }) => ip),
    ...services.flatMap(({ addresses, endpoints }) => [...addresses, ...endpoints.map(({ address }) => address)]),
  ]);
  const asked = complaints.filter(({ upstream }) => upstream && isAddress(upstream.host) && !known.has(upstream.host));
  return [...Map.groupBy(asked, ({ upstream }) => upstream?.host ?? '')].flatMap(([host, alike]) => {
    const last = Math.max(...alike.map(({ at }) => at));
    if (now - last > stillAsked) return [];
    return [
      {
        rule: 'gateway.dead-address',
        level: 'warning' as const,
        check: checks.gatewayLog,
        subject: oneLine(host, 60),
        summary: `The gateway goes to ${oneLine(host, 60)}, which is no pod, endpoint or service of ${namespace} (gone, or of another namespace): ${often(alike.length, now - last)}.`,
        observed: 'an address that is not of this namespace',
        threshold: `asked within the last ${duration(stillAsked)}`,
        evidence: samplesOf(alike),
        repeat: `kubectl get pods -A -o wide --field-selector status.podIP=${oneLine(host, 60)}`,
      },
    ];
  });
}

/**
 * An upstream that died while it answered, or one that closed an idle connection at the moment that the gateway used it
 * again: the lines are the same, the pods are not. Restarting helps neither.
 */
export function closed(log: GatewayLog, { pods, ill, services }: Placed & { services: Service[] }): Finding[] {
  const alike = log.complaints.filter(({ trouble }) => trouble === 'closed' || trouble === 'reset');
  if (alike.length === 0) return [];
  const hosts = [...new Set(alike.flatMap(({ upstream }) => upstream?.host ?? []))];
  const behind = [...new Set(hosts.flatMap((host) => podsBehind(host, { pods, services })))];
  const died = behind.flatMap((pod) => endsNear(pod, alike).map((end) => ({ pod, end })));
  const [first] = died;
  const said = {
    check: checks.gatewayLog,
    subject: 'gateway',
    evidence: samplesOf(alike),
    observed: count(alike.length, 'line'),
  };
  if (first) return [{ ...said, ...diedWords(first, alike.length) }];
  const { failed, all } = failuresOf(log);
  const isRace = behind.length > 0 && !behind.some(({ uid }) => ill.has(uid)) && all > 0 && failed / all < raceBelow;
  return [{ ...said, ...(isRace ? raceWords(alike.length) : openWords(alike.length)) }];
}

function endsNear({ containers }: Pod, complaints: Complaint[]): Ended[] {
  const ends = containers.flatMap(({ ended, last }) => [ended, last]).filter((end) => end !== undefined);
  return ends.filter(({ at }) => at !== undefined && complaints.some((one) => Math.abs(one.at - at) <= nearby));
}

const diedWords = ({ pod, end }: { pod: Pod; end: Ended }, lines: number) => ({
  rule: 'gateway.upstream-died',
  level: 'warning' as const,
  ...(end.reason === 'OOMKilled' ? { cause: 'out-of-memory' as const } : {}),
  summary: `Connections closed in the middle of ${count(lines, 'request')}: ${pod.name} ended then, with exit ${end.exitCode} (${oneLine(end.reason, 40)}).`,
  threshold: `an end within ${duration(nearby)} of the lines`,
});

const raceWords = (lines: number) => ({
  rule: 'gateway.keep-alive',
  level: 'warning' as const,
  summary: `${count(lines, 'connection')} closed by upstreams that are all well, on less than ${raceBelow * 100} % of requests: most likely the upstream closes idle connections sooner than the gateway (upstream_keepalive_idle_timeout, 60 s). A restart does not help; let the upstream wait longer.`,
  threshold: `healthy pods and less than ${raceBelow * 100} % of requests`,
});

const openWords = (lines: number) => ({
  rule: 'gateway.closed',
  level: 'warning' as const,
  summary: `${count(lines, 'connection')} closed by an upstream before it answered; no end of one of its containers was seen then.`,
  threshold: 'any within the last hour',
});
