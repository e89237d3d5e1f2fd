import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Finding, FindingLevel, Probe, Surroundings } from '../../src/diagnosis/diagnosis.ts';
import { playbook, whenSeen } from '../../src/diagnosis/playbook.ts';
import { runTriage } from '../../src/diagnosis/triage.ts';
import type { IssueType } from '../../src/incident/policy.ts';

const issueType: IssueType = {
  id: 'toy',
  title: 'Toy',
  symptoms: [],
  words: [],
  look: ['look by hand'],
  steps: ['wind it up'],
  paragraph: 'Toys',
  thresholds: {},
  targets: {},
};
const surroundings: Surroundings = { clients: {}, issueType, now: 1_772_420_400_000 };

const probe = <Data>(name: string, look: () => Promise<Data>, timeoutMs = 1_000): Probe<Data> => ({
  name,
  timeoutMs,
  look,
  repeat: () => `see ${name}`,
});
const sees = <Data>(name: string, data: Data): Probe<Data> => probe(name, async () => data);
const blind = (name: string, why: string): Probe<number> =>
  probe(name, async () => {
    throw new Error(why);
  });
const finding = (check: string, level: FindingLevel): Finding => ({
  rule: 'toy.broken',
  level,
  check,
  subject: 'toy',
  summary: 'It is broken.',
});

afterEach(() => {
  jest.useRealTimers();
});

it('is refused with two probes of one name: nobody could tell what each has seen', () => {
  const parts = { issueType: 'toy', title: 'Toy', rules: () => [] };

  expect(() => playbook({ ...parts, probes: { one: sees('one', 1), other: sees('one', 2) } })).toThrow(
    'two probes of the playbook toy have one name',
  );
});

describe('the verdict', () => {
  it.each([
    ['healthy when all was seen and nothing found', [], 'healthy'],
    ['healthy when there is only a note', [finding('one', 'info')], 'healthy'],
    ['suspect with a warning', [finding('one', 'warning')], 'suspect'],
    ['suspect with something critical', [finding('one', 'critical')], 'suspect'],
  ])('is %s', async (_name, findings, verdict) => {
    const toy = playbook({
      issueType: 'toy',
      title: 'Toy',
      probes: { one: sees('one', 1) },
      rules: () => findings,
    });

    const report = await toy.run(surroundings);

    expect(report.verdict).toBe(verdict);
    expect(report.checks.map((check) => check.verdict)).toEqual([verdict]);
  });

  it('is unknown when something was not seen, and nothing found in the rest', async () => {
    const probes = { one: sees('one', 1), two: blind('two', 'the table does not exist') };

    const report = await playbook({ issueType: 'toy', title: 'Toy', probes, rules: () => [] }).run(surroundings);

    expect(report.verdict).toBe('unknown');
    expect(report.checks).toMatchObject([
      { name: 'one', verdict: 'healthy' },
      { name: 'two', verdict: 'unknown', why: 'the table does not exist' },
    ]);
  });

  it('is suspect when something was found and something else not seen, which stays unknown', async () => {
    const probes = { one: sees('one', 1), two: blind('two', 'away') };
    const rules = () => [finding('one', 'critical')];

    const report = await playbook({ issueType: 'toy', title: 'Toy', probes, rules }).run(surroundings);

    expect(report.verdict).toBe('suspect');
    expect(report.checks.map(({ verdict }) => verdict)).toEqual(['suspect', 'unknown']);
  });

  it('is unknown when nothing is looked at', async () => {
    const report = await playbook({ issueType: 'toy', title: 'Toy', probes: {}, rules: () => [] }).run(surroundings);

    expect(report.verdict).toBe('unknown');
  });
});

describe('a look', () => {
  it('that never ends is unknown after its own limit, and the others go on', async () => {
    jest.useFakeTimers();
    const probes = { never: probe('never', () => new Promise<number>(() => {}), 2_000), one: sees('one', 1) };
    const running = playbook({ issueType: 'toy', title: 'Toy', probes, rules: () => [] }).run(surroundings);

    await jest.advanceTimersByTimeAsync(2_000);
    const report = await running;

    expect(report.checks).toMatchObject([
      { name: 'never', verdict: 'unknown', why: 'no answer within 2 s' },
      { name: 'one', verdict: 'healthy' },
    ]);
  });

  it('that answers a moment before its limit is seen', async () => {
    jest.useFakeTimers();
    const slow = () => new Promise<number>((resolve) => setTimeout(() => resolve(1), 1_999));
    const running = playbook({
      issueType: 'toy',
      title: 'Toy',
      probes: { slow: probe('slow', slow, 2_000) },
      rules: () => [],
    }).run(surroundings);

    await jest.advanceTimersByTimeAsync(1_999);

    expect((await running).verdict).toBe('healthy');
  });

  it.each([
    ['seen', () => Promise.resolve(1)],
    ['failed', () => Promise.reject(new Error('away'))],
    [
      'failed at once, without a promise',
      () => {
        throw new Error('away');
      },
    ],
  ])('leaves no timer behind when it has %s', async (_name, look) => {
    jest.useFakeTimers();

    await playbook({ issueType: 'toy', title: 'Toy', probes: { one: probe('one', look) }, rules: () => [] }).run(
      surroundings,
    );

    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not wait for another one', async () => {
    const met = Promise.withResolvers<number>();
    const probes = {
      first: probe('first', () => met.promise),
      second: probe('second', async () => {
        met.resolve(1);
        return 2;
      }),
    };

    const report = await playbook({ issueType: 'toy', title: 'Toy', probes, rules: () => [] }).run(surroundings);

    expect(report.verdict).toBe('healthy');
  });
});

describe('the report', () => {
  it('has the paragraph and the steps of the runbook, and with each check the command that shows the same', async () => {
    const report = await playbook({
      issueType: 'toy',
      title: 'The toy stands still',
      probes: { one: sees('one', 1), two: blind('two', 'away') },
      rules: () => [],
    }).run(surroundings);

    expect(report).toMatchObject({ title: 'The toy stands still', paragraph: 'Toys', steps: ['wind it up'] });
    expect(report.checks.map(({ repeat }) => repeat)).toEqual(['see one', 'see two']);
  });

  it('shows the commands of the runbook where the policy leaves none to show', async () => {
    const unnamed: Probe<number> = {
      ...blind('one', 'the runbook names no usable table'),
      repeat: () => {
        throw new Error('no usable table');
      },
    };

    const report = await playbook({ issueType: 'toy', title: 'Toy', probes: { one: unnamed }, rules: () => [] }).run(
      surroundings,
    );

    expect(report.checks).toMatchObject([{ verdict: 'unknown', repeat: 'look by hand' }]);
  });

  it('is the same after a way through JSON', async () => {
    const probes = { one: sees('one', 1), two: blind('two', 'away') };
    const rules = () => [finding('one', 'critical')];

    const report = await playbook({ issueType: 'toy', title: 'Toy', probes, rules }).run(surroundings);

    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});

describe('a rule', () => {
  const probes = { wheels: sees('wheels', { turning: 3 }), name: sees('name', 'tin robot') };

  it('reads what its own probe saw, with its type', async () => {
    const report = await playbook({
      issueType: 'toy',
      title: 'Toy',
      probes,
      rules: ({ wheels, name }) => [
        ...whenSeen(wheels, ({ turning }) => (turning > 2 ? [finding('wheels', 'warning')] : [])),
        ...whenSeen(name, (said) => (said.toUpperCase() === 'TIN ROBOT' ? [finding('name', 'info')] : [])),
      ],
    }).run(surroundings);

    expect(report.findings.map(({ check }) => check)).toEqual(['wheels', 'name']);
  });

  it('that asks for more than its probe sees does not compile', () => {
    const asking = playbook({
      issueType: 'toy',
      title: 'Toy',
      probes,
      // @ts-expect-error -- the wheels have no colour
      rules: ({ wheels }) => whenSeen(wheels, ({ colour }) => (colour === 'red' ? [] : [])),
    });

    expect(asking.issueType).toBe('toy');
  });

  it('says nothing of what was not seen', () => {
    expect(whenSeen({ ok: false, why: 'away' }, () => [finding('one', 'critical')])).toEqual([]);
  });
});

describe('a rule that breaks', () => {
  const breaks = (): never => {
    throw new TypeError('cannot read limits of undefined');
  };
  const probes = { one: sees('one', 1), two: blind('two', 'away') };
  const parts = { issueType: 'toy', title: 'Toy', probes, rules: () => [finding('one', 'critical')] };

  it('leaves nothing healthy that was not judged, and says why', async () => {
    const report = await playbook({ ...parts, rules: breaks, ruledOut: () => ['It is wound up.'] }).run(surroundings);

    expect(report).toMatchObject({ verdict: 'unknown', findings: [], ruledOut: [], pending: [] });
    expect(report.checks).toMatchObject([
      {
        name: 'judgement',
        verdict: 'unknown',
        why: 'a rule broke over what was seen: cannot read limits of undefined',
        repeat: 'look by hand',
      },
      { name: 'one', verdict: 'unknown', why: 'seen, and not judged' },
      { name: 'two', verdict: 'unknown', why: 'away' },
    ]);
  });

  it('says so as well where it only says what it is not, and keeps what was found', async () => {
    const report = await playbook({ ...parts, ruledOut: breaks }).run(surroundings);

    expect(report).toMatchObject({ verdict: 'suspect', findings: [{ rule: 'toy.broken' }], ruledOut: [] });
    expect(report.checks.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['judgement', 'unknown'],
      ['one', 'suspect'],
      ['two', 'unknown'],
    ]);
  });

  it('is no end of the other playbooks of a triage', async () => {
    const broken = playbook({ ...parts, rules: breaks });
    const whole = await runTriage([broken, playbook(parts)].map((one) => ({ playbook: one, surroundings })));

    expect(whole.findings.map(({ rule }) => rule)).toEqual(['toy.broken']);
    expect(whole.checks.map(({ name }) => name)).toContain('judgement');
  });
});
