/** Quotas that are nearly used up (C18), and budgets that will refuse an eviction (C19): notes. */
import { checks } from '../checks.ts';
import type { Finding } from '../diagnosis.ts';
import type { Budget, Quota } from '../limits.ts';
import { percent, quantity } from '../quantity.ts';
import { limitOf } from '../thresholds.ts';
import { oneLine } from '../words.ts';
import type { Around } from './of-pod.ts';

export const nearlyFull = (quotas: Quota[], around: Around): Finding[] =>
  quotas.flatMap(({ name, namespace, hard, used }) =>
    Object.entries(hard).flatMap(([resource, most]) => {
      const [limit, now] = [quantity(most), quantity(used[resource] ?? '0')];
      if (limit === undefined || now === undefined || limit <= 0 || (100 * now) / limit < limitOf(around, 'quotaNote'))
        return [];
      const share = percent(now, limit);
      return [
        {
          rule: 'quota.nearly-full',
          level: 'info' as const,
          check: checks.limits,
          subject: `quota/${name}`,
          summary: `${used[resource]} of ${most} ${oneLine(resource, 60)} are used (${share}).`,
          observed: share,
          threshold: `${limitOf(around, 'quotaNote')} %`,
          repeat: `kubectl describe resourcequota ${name} -n ${namespace}`,
        },
      ];
    }),
  );

export const noDisruption = (budgets: Budget[]): Finding[] =>
  budgets
    .filter(({ allowed, expected }) => allowed === 0 && expected > 0)
    .map(({ name, namespace, uid }) => ({
      rule: 'budget.none-allowed',
      level: 'info',
      check: checks.limits,
      subject: `pdb/${name}`,
      summary: 'No disruption is allowed now: evicting one of its pods will be refused.',
      observed: '0 allowed',
      threshold: 'any at 0',
      about: { kind: 'poddisruptionbudget', namespace, name, uid },
      repeat: `kubectl describe pdb ${name} -n ${namespace}`,
    }));
