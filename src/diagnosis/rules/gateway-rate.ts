/** How many of the sampled requests ended as a 502 (K1), and how many pods of the gateway are ready (K2). */
import type { IssueType } from '../../incident/policy.ts';
import { checks } from '../checks.ts';
import type { Finding, FindingLevel } from '../diagnosis.ts';
import { badGateway, type Complaint, failuresOf, type GatewayLog } from '../gateway-log.ts';
import { isLeaving, isReady, type Pods } from '../pod.ts';
import { percent } from '../quantity.ts';
import { limitOf } from '../thresholds.ts';
import { count, duration, oneLine } from '../words.ts';

export function errorRate(log: GatewayLog, issueType: IssueType, repeat: string): Finding[] {
  const { failed, all } = failuresOf(log);
  const level = levelOf(failed, all, issueType);
  if (level === undefined) return [];
  const of = all > 0 ? `${failed} of ${count(all, 'request')} (${percent(failed, all, 1)})` : count(failed, 'request');
  const span = spanOf(log);
  const top = topUpstreams(log.complaints);
  const where = top.length > 0 ? `; most of the trouble is with ${oneLine(top.slice(0, 3).join(', '), 120)}` : '';
  return [
    {
      rule: 'gateway.error-rate',
      level,
      check: checks.gatewayLog,
      subject: 'gateway',
      summary: `${of} failed with ${badGateway} within ${span}, in the last lines of ${count(log.pods.length, 'pod')}${where}.`,
      observed: all > 0 ? `${failed} of ${all}` : `${failed}, of how many is not logged`,
      threshold: `critical from ${limitOf(issueType, 'errorsCritical')} % or ${limitOf(issueType, 'errorLinesCritical')}, warning from ${limitOf(issueType, 'errorsWarning')} %`,
      repeat,
    },
  ];
}

function levelOf(failed: number, all: number, issueType: IssueType): FindingLevel | undefined {
  const share = all > 0 ? (100 * failed) / all : 0;
  if (failed >= limitOf(issueType, 'errorLinesCritical') || share >= limitOf(issueType, 'errorsCritical'))
    return 'critical';
  return share >= limitOf(issueType, 'errorsWarning') ? 'warning' : undefined;
}

function spanOf({ answers, complaints }: GatewayLog): string {
  const times = [...answers, ...complaints].map(({ at }) => at);
  return duration(Math.max(...times) - Math.min(...times));
}

function topUpstreams(complaints: Complaint[]): string[] {
  const named = complaints.flatMap(({ upstream }) =>
    upstream ? [upstream.port === undefined ? upstream.host : `${upstream.host}:${upstream.port}`] : [],
  );
  return [...Map.groupBy(named, (name) => name)]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([name, alike]) => `${name} (${alike.length})`);
}

export function fewReady({ targets, label = '', namespace }: Pods, issueType: IssueType): Finding[] {
  const least = limitOf(issueType, 'gatewayReadyCritical');
  const staying = targets.filter((pod) => !isLeaving(pod));
  const ready = staying.filter(isReady).length;
  if (staying.length === 0 || (100 * ready) / staying.length >= least) return [];
  return [
    {
      rule: 'gateway.few-ready',
      level: 'critical',
      check: checks.pods,
      subject: label,
      summary: `${ready} of ${count(staying.length, 'pod')} of the gateway ready.`,
      observed: `${ready} of ${staying.length}`,
      threshold: `critical below ${least} %`,
      repeat: `kubectl get pods -n ${namespace} -l ${label}`,
    },
  ];
}
