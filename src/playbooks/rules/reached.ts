/** Services that the workflow engine needs, as far as they were reached from where the bot runs. */
import type { Finding } from '../../diagnosis/diagnosis.ts';
import type { Reached } from '../../diagnosis/reached.ts';
import { limitOf } from '../../diagnosis/thresholds.ts';
import { count, oneLine } from '../../diagnosis/words.ts';
import type { IssueType } from '../../incident/policy.ts';
import { services } from '../../probes/engine-services.ts';

const fromHere = 'asked from where the bot runs';

const timesOf = ({ steps }: Reached): string =>
  steps.length === 0 ? 'nothing before it' : steps.map(({ step, ms }) => `${step} ${ms} ms`).join(', ');
const tookMs = ({ steps }: Reached): number => steps.reduce((sum, { ms }) => sum + ms, 0);

const about = (reached: Reached) => ({
  check: services.name,
  subject: oneLine(reached.service, 100),
  cause: 'dependency' as const,
  repeat: `curl -sv -o /dev/null -m 8 '${reached.isFromLog ? `telnet://${reached.service}` : reached.service}'`,
});

export function answering(reached: Reached[], issueType: IssueType): Finding[] {
  const slow = limitOf(issueType, 'slowAfter');
  return reached.flatMap((one): Finding[] => {
    if (one.failed) return [unreachable(one, one.failed)];
    const { status = 200 } = one;
    if (status >= 500)
      return [
        {
          ...about(one),
          rule: 'dependency.failing',
          level: 'warning',
          summary: `It answers with ${status} (${timesOf(one)}; ${fromHere}).`,
          observed: `HTTP ${status}`,
          threshold: 'below 500',
        },
      ];
    if (tookMs(one) >= slow)
      return [
        {
          ...about(one),
          rule: 'dependency.slow',
          level: 'warning',
          summary: `It answers, but took ${tookMs(one)} ms (${timesOf(one)}; ${fromHere}).`,
          observed: `${tookMs(one)} ms`,
          threshold: `below ${slow} ms`,
        },
      ];
    return [];
  });
}

const unreachable = (one: Reached, { step, why, ms }: NonNullable<Reached['failed']>): Finding => ({
  ...about(one),
  rule: 'dependency.unreachable',
  level: 'critical',
  summary: `It was not reached: at ${step} after ${ms} ms, ${why} (${timesOf(one)}; ${fromHere}).`,
  observed: `${step}: ${why}`,
  threshold: 'DNS, TCP, TLS and HTTP within 2 s each',
});

export function reachedAll(reached: Reached[]): string[] {
  const asked = reached.filter(({ isFromLog }) => !isFromLog);
  if (asked.length === 0 || reached.some(({ failed, status = 0 }) => failed || status >= 500)) return [];
  return [
    `The ${count(asked.length, 'service')} that the runbook names answered, the slowest in ${Math.max(...asked.map(tookMs))} ms, ${fromHere}.`,
  ];
}
