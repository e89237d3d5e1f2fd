/** What a playbook says before all is seen, and of what was seen in part. */
import { setImmediate as round } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Probe, Report } from '../../src/diagnosis/diagnosis.ts';
import { playbook, whenSeen } from '../../src/diagnosis/playbook.ts';
import { CannotSee } from '../../src/errors.ts';
import { policy } from '../slack/views/world.ts';

const [issueType] = policy.issueTypes;
if (!issueType) throw new Error('the runbook has no types');
const surroundings = { clients: {}, issueType, now: 5 };

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const probe = (name: string, look: Probe<number>['look'], more: Partial<Probe<number>> = {}): Probe<number> => ({
  name,
  timeoutMs: 10_000,
  look,
  repeat: () => `see ${name}`,
  ...more,
});
const after = (ms: number) => () => new Promise<number>((resolve) => setTimeout(resolve, ms, 1));
const never = () => new Promise<number>(() => {});

const toy = (probes: Record<string, Probe<number>>) =>
  playbook({
    issueType: 'toy',
    title: 'Toy',
    probes,
    rules: ({ quick }) =>
      quick
        ? whenSeen(quick, () => [
            { rule: 'toy.broken', level: 'critical', check: 'quick', subject: 'toy', summary: 'It is.' },
          ])
        : [],
    ruledOut: ({ quick }) => (quick ? whenSeen(quick, () => ['It is no ball.']) : []),
  });

/** What is judged in turns of the real event loop keeps up with the clock. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    await jest.advanceTimersByTimeAsync(Math.min(100, ms - passed));
    for (let rounds = 0; rounds < 10; rounds += 1) await round();
  }
}

async function run(probes: Record<string, Probe<number>>, ms: number): Promise<{ firsts: Report[]; whole: Report }> {
  const firsts: Report[] = [];
  const running = toy(probes).run(surroundings, (report) => firsts.push(report));
  await pass(ms);
  return { firsts, whole: await running };
}

describe('a look that takes a second one', () => {
  const twice = (look: (first: number) => Promise<number>, limit = 10_000): Probe<number> =>
    probe('quick', after(10), {
      timeoutMs: limit,
      again: { isNeeded: (first) => first === 1, afterMs: 5_000, look },
    });
  const numbers = (quick: Probe<number>) =>
    playbook({
      issueType: 'toy',
      title: 'Toy',
      probes: { quick },
      rules: ({ quick }) =>
        whenSeen(quick, (n) => [
          { rule: 'toy.broken', level: 'warning', check: 'quick', subject: 'toy', summary: `Seen ${n}.` },
        ]),
    });
  const told = async (quick: Probe<number>, ms: number): Promise<string[]> => {
    const firsts: Report[] = [];
    const running = numbers(quick).run(surroundings, (report) => firsts.push(report));
    await pass(ms);
    return [...firsts, await running].map(
      ({ findings, pending }) => `${findings[0]?.summary} pending: ${pending.join()}`,
    );
  };

  it('is told by the first after 4 s, and by the second once it is there', async () => {
    expect(
      await told(
        twice(async (first) => first + 1),
        5_010,
      ),
    ).toEqual(['Seen 1. pending: quick', 'Seen 2. pending: ']);
  });

  it.each([
    ['fails', async () => Promise.reject(new Error('away')), 10_000, 5_010],
    ['hangs', never, 10_000, 10_010],
    ['would come too late', async () => 2, 5_000, 10],
  ])('stays with the first where the second %s', async (_name, look, limit, ms) => {
    expect((await told(twice(look, limit), ms)).at(-1)).toBe('Seen 1. pending: ');
  });
});

describe('the first report', () => {
  it('comes after 4 s with what was seen by then, and names what is still looked at', async () => {
    const { firsts, whole } = await run({ quick: probe('quick', after(10)), slow: probe('slow', after(6_000)) }, 6_000);

    expect(firsts).toHaveLength(1);
    expect(firsts[0]).toMatchObject({
      verdict: 'suspect',
      pending: ['slow'],
      findings: [{ rule: 'toy.broken' }],
      ruledOut: ['It is no ball.'],
      checks: [{ verdict: 'suspect' }, { name: 'slow', verdict: 'unknown', why: 'still looking' }],
    });
    expect(whole).toMatchObject({ pending: [], checks: [{}, { name: 'slow', verdict: 'healthy' }] });
  });

  it('is never healthy: what is still looked at is unknown', async () => {
    const { firsts } = await run({ one: probe('one', after(10)), slow: probe('slow', after(5_000)) }, 5_000);

    expect(firsts.map(({ verdict }) => verdict)).toEqual(['unknown']);
  });

  it('stays as it was told, whatever is seen later', async () => {
    const { firsts, whole } = await run({ slow: probe('slow', after(5_000)) }, 5_000);

    expect([firsts[0]?.verdict, whole.verdict]).toEqual(['unknown', 'healthy']);
  });

  it('does not come when all is seen a moment before', async () => {
    const { firsts } = await run({ one: probe('one', after(3_999)) }, 3_999);

    expect(firsts).toEqual([]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not come when the last was seen while it was judged', async () => {
    const firsts: Report[] = [];
    const slowly = playbook({
      issueType: 'toy',
      title: 'Toy',
      probes: { one: probe('one', after(4_100)) },
      rules: async () => {
        await after(200)();
        return [];
      },
    });

    const running = slowly.run(surroundings, (report) => firsts.push(report));
    await pass(4_500);

    expect((await running).pending).toEqual([]);
    expect(firsts).toEqual([]);
  });
});

it('gives no probe more than 14 s, whatever it allows itself', async () => {
  const { whole } = await run({ never: probe('never', never, { timeoutMs: 60_000 }) }, 14_000);

  expect(whole.checks).toMatchObject([{ verdict: 'unknown', why: 'no answer within 14 s' }]);
});

describe('what was seen in part', () => {
  it('is unknown and says what is missing', async () => {
    const partly = probe('logs', async () => 1, { gaps: () => ['2 of 9 pods gave no log.', 'One was cut.'] });

    const { whole } = await run({ partly }, 0);

    expect(whole).toMatchObject({
      verdict: 'unknown',
      checks: [
        { verdict: 'unknown', why: '2 of 9 pods gave no log.', gaps: ['2 of 9 pods gave no log.', 'One was cut.'] },
      ],
    });
  });

  it('is suspect where something was found in it, and still says what is missing', async () => {
    const { whole } = await run({ quick: probe('quick', async () => 1, { gaps: () => ['One was cut.'] }) }, 0);

    expect(whole.checks).toMatchObject([{ verdict: 'suspect', gaps: ['One was cut.'] }]);
  });

  it('is healthy where nothing is missing', async () => {
    const { whole } = await run({ one: probe('one', async () => 1, { gaps: () => [] }) }, 0);

    expect(whole.verdict).toBe('healthy');
  });

  it('is not believed where its gaps cannot be told', async () => {
    const broken = () => {
      throw new Error('no such field');
    };

    const { whole } = await run({ quick: probe('quick', async () => 1, { gaps: broken }) }, 0);

    expect(whole).toMatchObject({ verdict: 'unknown', findings: [], checks: [{ why: 'no such field' }] });
  });
});

it('says what would have to be allowed, where that is why nothing was seen', async () => {
  const forbidden = async () => {
    throw new CannotSee('forbidden', 'may not list pods in production', { grant: 'list pods in production' });
  };

  const { whole } = await run({ one: probe('one', forbidden) }, 0);

  expect(whole.checks).toMatchObject([{ why: 'may not list pods in production', grant: 'list pods in production' }]);
});
