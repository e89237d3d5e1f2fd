import { describe, expect, it } from '@jest/globals';
import type { Playbook, Report, Verdict } from '../../src/diagnosis/diagnosis.ts';
import { asOne, runTriage } from '../../src/diagnosis/triage.ts';
import { policy, report } from '../slack/views/world.ts';

const of = (issueType: string, more: Partial<Report> = {}): Report => ({
  ...report,
  issueType,
  title: issueType,
  ...more,
});
const healthy = of('calm', { verdict: 'healthy', findings: [], checks: [] });
const unknown = of('blind', { verdict: 'unknown', findings: [], checks: [] });
const warned = of('warned', { findings: report.findings.map((one) => ({ ...one, rule: 'x.y', level: 'warning' })) });
const critical = of('critical');

describe('all looks as one', () => {
  it('has what is worst first, and what was not seen before what is healthy', () => {
    const one = asOne([healthy, unknown, warned, critical]);

    expect(one.suggestions?.map(({ issueType }) => issueType)).toEqual(['critical', 'warned', 'blind', 'calm']);
    expect(one.verdict).toBe('suspect');
    expect(one.findings.map(({ rule }) => rule)).toEqual(['executions.stuck', 'x.y']);
  });

  it.each([
    ['unknown when one was not seen', [healthy, unknown], 'unknown'],
    ['healthy when all are', [healthy, healthy], 'healthy'],
    ['unknown when nobody looked', [], 'unknown'],
  ])('is %s', (_name, reports, verdict) => {
    expect(asOne(reports).verdict).toBe(verdict);
  });

  it('says once what two of them found, and shows a check as seen when one of them saw it', () => {
    const [locks] = report.checks.slice(1);
    if (!locks) throw new Error('the report of this test is empty');
    const { why: _, ...rest } = locks;
    const saw = of('saw', { checks: [{ ...rest, verdict: 'healthy' }] });

    const one = asOne([critical, saw]);

    expect(one.findings).toHaveLength(1);
    expect(one.checks.find(({ name }) => name === locks.name)?.verdict).toBe('healthy');
  });

  it('is not whole while one of them looks a second time at what it has seen', () => {
    const once = of('once', {
      checks: [{ name: 'leases', verdict: 'suspect', repeat: '', tookMs: 1 }],
      pending: ['leases'],
    });

    expect(asOne([critical, once]).pending).toEqual(['leases']);
  });

  it('goes back as far as all of them were told', () => {
    expect(asOne([of('a', { historySince: 5 }), of('b', { historySince: 9 })]).historySince).toBe(9);
    expect(asOne([of('a', { historySince: 5 }), of('b')])).not.toHaveProperty('historySince');
  });

  it('keeps of one finding the worst of what they say of it', () => {
    const noted = of('noted', { findings: report.findings.map((one) => ({ ...one, level: 'info' })) });

    expect(asOne([noted, critical]).findings.map(({ level }) => level)).toEqual(['critical']);
  });
});

describe('what of the checks of one name', () => {
  const pods = (verdict: Verdict, where: string): Report =>
    of(where, { verdict, findings: [], checks: [{ name: 'pods', verdict, repeat: `get pods ${where}`, tookMs: 1 }] });
  const checksOf = (...reports: Report[]) => asOne(reports).checks.map(({ verdict, repeat }) => [verdict, repeat]);

  it('was not seen in one place stays so beside what was seen in others, and none of them is called healthy', () => {
    const all = [pods('healthy', '-n a'), pods('suspect', '-n b'), pods('unknown', '-n c')];

    expect(checksOf(...all)).toEqual([
      ['suspect', 'get pods -n b'],
      ['unknown', 'get pods -n c'],
    ]);
  });

  it('is suspect in one playbook is so, though another that asked the same found nothing', () => {
    expect(checksOf(pods('healthy', '-n a'), pods('suspect', '-n a'))).toEqual([['suspect', 'get pods -n a']]);
  });

  it('was seen by another that asked the same was seen', () => {
    expect(checksOf(pods('unknown', '-n a'), pods('healthy', '-n a'))).toEqual([['healthy', 'get pods -n a']]);
  });

  it('is healthy everywhere stands there once', () => {
    expect(checksOf(pods('healthy', '-n a'), pods('healthy', '-n b'))).toEqual([['healthy', 'get pods -n a']]);
  });
});

describe('a triage', () => {
  const [issueType] = policy.issueTypes;
  if (!issueType) throw new Error('the runbook has no types');
  const surroundings = { clients: {}, issueType, now: 0 };
  const quick = (seen: Report): Playbook => ({ issueType: seen.issueType, probes: [], run: async () => seen });

  it('tells once what is known when one of them still looks, and then all', async () => {
    const gate = Promise.withResolvers<void>();
    const slow: Playbook = {
      issueType: 'critical',
      probes: [],
      async run(_, first) {
        first?.({ ...critical, findings: [], verdict: 'unknown', pending: ['locks on executions'] });
        await gate.promise;
        return critical;
      },
    };
    const heard: Report[] = [];

    const running = runTriage(
      [slow, quick(warned)].map((playbook) => ({ playbook, surroundings })),
      (part) => {
        heard.push(part);
        gate.resolve();
      },
    );
    const whole = await running;

    expect(heard.map(({ pending }) => pending)).toEqual([['locks on executions']]);
    expect(heard[0]?.findings.map(({ rule }) => rule)).toEqual(['x.y']);
    expect(whole.pending).toEqual([]);
    expect(whole.findings).toHaveLength(2);
  });

  it('tells nothing before the end when all end in time', async () => {
    const heard: Report[] = [];

    await runTriage([{ playbook: quick(critical), surroundings }], (part) => heard.push(part));

    expect(heard).toEqual([]);
  });
});
