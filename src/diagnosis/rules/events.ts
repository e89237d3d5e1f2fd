/** What the cluster warned of lately, the most frequent reasons first (C17). */
import { checks } from '../checks.ts';
import type { Finding } from '../diagnosis.ts';
import type { Event, Events } from '../event.ts';
import { limitOf } from '../thresholds.ts';
import { count, duration, oneLine } from '../words.ts';
import { type Around, isWithin, timesWithin } from './of-pod.ts';

const shown = 5;

export function warningEvents({ all, namespace }: Events, around: Around): Finding[] {
  const { now } = around;
  const lately = limitOf(around, 'warnedWithin');
  const fresh = all.filter(({ type, last }) => type === 'Warning' && isWithin(last, now, lately));
  if (fresh.length === 0) return [];
  const sumOf = (events: Event[]): number => events.reduce((sum, event) => sum + timesWithin(event, now, lately), 0);
  const isLeast = fresh.some(({ first }) => !isWithin(first, now, lately));
  const what = count(sumOf(fresh), 'warning');
  const reasons = [...Map.groupBy(fresh, ({ reason }) => reason)]
    .map(([reason, alike]) => ({ reason, alike, sum: sumOf(alike) }))
    .toSorted((a, b) => b.sum - a.sum);
  const top = reasons.slice(0, shown);
  return [
    {
      rule: 'events.warnings',
      level: 'info',
      check: checks.events,
      subject: 'events',
      summary: `${isLeast ? 'At least ' : ''}${what} within ${duration(lately)}: ${top.map(({ reason, sum }) => `${oneLine(reason, 40)} ${sum}`).join(', ')}.`,
      observed: isLeast ? `at least ${what}` : what,
      threshold: `any within ${duration(lately)}`,
      evidence: top.map(({ reason, alike, sum }) => evidenceOf(reason, alike, { sum, now })),
      repeat: `kubectl get events -n ${namespace} --field-selector type=Warning --sort-by=.lastTimestamp`,
    },
  ];
}

/** The newest stands first. */
function evidenceOf(reason: string, [newest]: Event[], { sum, now }: { sum: number; now: number }): string {
  const last = newest ? `last ${duration(now - newest.last)} ago on ${newest.kind.toLowerCase()}/${newest.name}: ` : '';
  return oneLine(`${reason} x${sum}, ${last}${newest?.message ?? ''}`, 240);
}
