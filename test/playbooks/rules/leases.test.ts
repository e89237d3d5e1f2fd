import { describe, expect, it } from '@jest/globals';
import { staleLease } from '../../../src/playbooks/rules/leases.ts';
import type { Lease } from '../../../src/probes/leases.ts';
import { minutes, now } from '../../diagnosis/rules/containers.ts';
import { said, use } from './engine.ts';

describe('lease.stale', () => {
  const lease = (parts: Partial<Lease>): Lease => ({
    namespace: 'production',
    name: 'workflow-engine-leader',
    holder: 'wf-0_5f1c',
    durationMs: 15_000,
    renewedAt: now - 20_000,
    pod: use(),
    ...parts,
  });

  it.each([
    ['as old as it lasts', { renewedAt: now - 15_000 }, []],
    ['a moment older', { renewedAt: now - 15_001 }, ['lease.stale warning']],
    ['renewed in the future of another clock', { renewedAt: now + 5_000 }, []],
    ['overdue by this clock, and renewed since', { isRenewedSince: true }, []],
    ['overdue, and not renewed since', { isRenewedSince: false }, ['lease.stale warning']],
  ])('%s', (_name, parts, expected) => {
    expect(said(staleLease([lease(parts)], now))).toEqual(expected);
  });

  it('names who holds it, offers his restart, and says that it was seen once', () => {
    expect(staleLease([lease({ renewedAt: now - minutes(6) })], now)).toMatchObject([
      {
        summary:
          'The lease is held by wf-0, but was renewed 6 min ago and lasts 15 s: nobody leads. Seen once, by the clock of this machine.',
        offers: [{ remedy: 'restart-pod', about: { name: 'wf-0' } }],
      },
    ]);
  });

  it('says so where a second look saw the same', () => {
    expect(staleLease([lease({ isRenewedSince: false })], now)[0]?.summary).toContain(
      'Seen twice, 5 s apart, and not renewed in between.',
    );
  });

  it('offers nothing for a holder that is gone', () => {
    const [finding] = staleLease([lease({ pod: undefined })], now);

    expect(finding?.summary).toContain('wf-0_5f1c, which is no pod of the engine any more');
    expect(finding).not.toHaveProperty('offers');
  });
});
