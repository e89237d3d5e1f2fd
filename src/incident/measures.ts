/** The measures of an incident that people are judged by, from the state alone. */
import type { Incident, Instant } from './incident.ts';
import type { Milliseconds, Policy } from './policy.ts';

export interface Measures {
  /** from the ladder's last start to the acknowledgement */
  toAcknowledge?: Milliseconds;
  toMitigate?: Milliseconds;
  toResolve?: Milliseconds;
  /** time left to the resolution target; negative: exceeded. Counts on until resolved */
  targetLeft: Milliseconds;
  responseBreached: boolean;
}

const resolvedAt = (i: Incident): Instant | undefined =>
  i.phase === 'resolved' || i.phase === 'closed' ? i.resolved.at : undefined;

export function measure(i: Incident, { now, policy }: { now: Instant; policy: Policy }): Measures {
  const resolved = resolvedAt(i);
  const end = resolved ?? i.endedAt ?? now;
  const severity = policy.severities[i.severity];
  const breachAt = policy.ladder[i.severity].steps.find(({ breach }) => breach)?.at ?? severity.response;
  return {
    ...(i.acknowledged ? { toAcknowledge: i.acknowledged.at - i.ladder.startedAt } : {}),
    ...(i.mitigatedAt === undefined ? {} : { toMitigate: i.mitigatedAt - i.declaredAt }),
    ...(resolved === undefined ? {} : { toResolve: resolved - i.declaredAt }),
    targetLeft: i.declaredAt + severity.resolution - end,
    responseBreached: (i.acknowledged?.at ?? end) - i.ladder.startedAt >= breachAt,
  };
}
