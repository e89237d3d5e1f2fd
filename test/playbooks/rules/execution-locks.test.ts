import { describe, expect, it } from '@jest/globals';
import { locked } from '../../../src/playbooks/rules/execution-locks.ts';
import type { Holder } from '../../../src/probes/execution-locks.ts';
import { workflowStuckType } from '../../probes/patient.ts';

const minutes = (n: number): number => n * 60_000;
const hours = (n: number): number => minutes(60 * n);
const type = workflowStuckType();

describe('executions.locked', () => {
  const holder = (parts: Partial<Holder>): Holder => ({
    pid: 4711,
    application: 'billing-worker',
    state: 'idle in transaction',
    heldMs: minutes(12),
    isWaiting: false,
    isExclusive: false,
    blocked: 0,
    longestWaitMs: 0,
    ...parts,
  });
  const waitedFor = (longestWaitMs: number): Partial<Holder> => ({ state: 'active', blocked: 1, longestWaitMs });
  const levels = (parts: Partial<Holder>): string[] => locked([holder(parts)], type).map(({ level }) => level);

  it.each([
    ['nothing when somebody has waited for less than 30 s', { ...waitedFor(29_999), blocked: 4 }, []],
    ['a warning from 30 s on', waitedFor(30_000), ['warning']],
    ['a warning just below a minute', waitedFor(59_999), ['warning']],
    ['critical from a minute on', waitedFor(60_000), ['critical']],
    ['critical when five wait', { ...waitedFor(1_000), blocked: 5 }, ['critical']],
    ['nothing when the wait is as short as on any busy table', { ...waitedFor(999), blocked: 9 }, []],
    ['a warning when a transaction rests on its locks', { heldMs: minutes(1) }, ['warning']],
    ['nothing when it rests for less than a minute', { heldMs: minutes(1) - 1 }, []],
    ['nothing when it is at work and nobody waits', { state: 'active' }, []],
    ['a warning when even readers are kept out', { state: 'active', isExclusive: true, heldMs: 1_000 }, ['warning']],
    ['nothing when they are for a moment', { state: 'active', isExclusive: true, heldMs: 999 }, []],
    ['nothing for one that waits itself', { isWaiting: true, blocked: 5, longestWaitMs: hours(1) }, []],
  ])('is %s', (_name, parts, expected) => {
    expect(levels(parts)).toEqual(expected);
  });

  it('names session, application, how long, and how many wait for how long', () => {
    expect(locked([holder({ blocked: 3, longestWaitMs: 40_000 })], type)).toMatchObject([
      {
        subject: 'pid 4711',
        summary:
          'Session 4711 (billing-worker, idle in transaction) has held locks on executions for 12 min; 3 sessions waiting behind it, the longest for 40 s.',
      },
    ]);
  });
});
