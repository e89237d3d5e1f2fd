import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { duration } from '../../../src/diagnosis/words.ts';
import type { IssueType } from '../../../src/incident/policy.ts';
import { noneRunning, oneWorkflow, stalled, stuck } from '../../../src/playbooks/rules/executions.ts';
import type { Executions } from '../../../src/probes/executions.ts';
import { workflowStuckType } from '../../probes/patient.ts';

const minutes = (n: number): number => n * 60_000;
const hours = (n: number): number => minutes(60 * n);
const type = workflowStuckType();
const within = (thresholds: Record<string, number>): IssueType => ({ ...type, thresholds });

const none: Executions = { running: 0, stuck: 0, byWorkflow: [], oldest: { ok: true, data: [] } };
const oldest = (runningMs: number, id = 'exec-37', workflow = 'invoice-export') =>
  ({ ok: true, data: [{ id, workflow, runningMs }] }) as const satisfies Executions['oldest'];
const seen = (parts: Partial<Executions>): Executions => ({ ...none, running: parts.stuck ?? 0, ...parts });

describe('executions.stuck', () => {
  it('says how many, since when, and where most of them are', () => {
    const [finding] = stuck(
      seen({
        stuck: 37,
        running: 41,
        byWorkflow: [
          { workflow: 'invoice-export', stuck: 30 },
          { workflow: 'report-mailer', stuck: 7 },
        ],
        oldest: oldest(hours(5) + minutes(12)),
      }),
      type,
    );

    expect(finding).toMatchObject({
      rule: 'executions.stuck',
      level: 'critical',
      summary:
        '37 executions running for longer than 1 h, the oldest for 5 h 12 min; 30 of 37 in workflow invoice-export.',
      observed: '37 of 41 running, oldest 5 h 12 min',
      threshold: 'warning from 1, critical from 10 or beyond 3 h',
      evidence: ['invoice-export: 30', 'report-mailer: 7', 'exec-37 (invoice-export) for 5 h 12 min'],
    });
  });

  it.each([
    ['nothing below one', 0, 0, []],
    ['a warning from one', 1, hours(1), ['warning']],
    ['a warning at nine', 9, hours(3), ['warning']],
    ['critical from ten', 10, hours(1), ['critical']],
    ['critical beyond three hours', 1, hours(3) + 1, ['critical']],
  ])('is %s', (_name, count, oldestMs, levels) => {
    expect(stuck(seen({ stuck: count, oldest: oldest(oldestMs) }), type).map(({ level }) => level)).toEqual(levels);
  });

  it.each<[string, Executions['oldest']]>([
    ['have ended since they were counted', { ok: true, data: [] }],
    ['were not seen', { ok: false, why: 'too slow' }],
  ])('says no age where the oldest %s', (_name, unknown) => {
    expect(stuck(seen({ stuck: 2, oldest: unknown }), type)).toMatchObject([
      { level: 'warning', summary: '2 executions running for longer than 1 h.', observed: '2 of 2 running' },
    ]);
  });

  it('goes by the thresholds of the runbook', () => {
    const [finding] = stuck(
      seen({ stuck: 2, oldest: oldest(minutes(3)) }),
      within({ stuckAfter: minutes(2), criticalCount: 2, criticalAge: hours(1) }),
    );

    expect(finding).toMatchObject({ level: 'critical', summary: expect.stringContaining('longer than 2 min') });
  });

  it('carries its numbers, whatever they are, and foreign names on one line each', () => {
    const some = fc.record({
      count: fc.integer({ min: 1, max: 2_000_000 }),
      ms: fc.integer({ min: hours(1), max: hours(9_000) }),
      workflow: fc.string({ unit: 'binary', maxLength: 80 }),
    });
    fc.assert(
      fc.property(some, ({ count, ms, workflow }) => {
        const [finding] = stuck(
          seen({
            stuck: count,
            byWorkflow: [{ workflow, stuck: count }],
            oldest: oldest(ms, workflow, workflow),
          }),
          type,
        );

        expect(finding?.summary).toContain(`${count} execution${count === 1 ? '' : 's'} running`);
        expect(finding?.summary).toContain(`the oldest for ${duration(ms)}`);
        expect(finding?.summary).toContain(`${count} of ${count} in workflow`);
        expect(finding?.evidence?.join('')).not.toMatch(/[\n\r\u2028\u2029]/);
        expect(finding?.level).toBe(count >= 10 || ms > hours(3) ? 'critical' : 'warning');
      }),
    );
  });
});

describe('executions.none-running', () => {
  it.each([
    ['is a note where others have any status', ['done', 'failed'], ['info']],
    ['is a warning where the table has the word in other letters', ['done', 'RUNNING'], ['warning']],
    ['is nothing where there are none at all', [], []],
  ])('%s', (_name, statuses, levels) => {
    expect(noneRunning(seen({ statuses }), type).map(({ level }) => level)).toEqual(levels);
  });

  it('names what was looked for and what is there', () => {
    expect(noneRunning(seen({ statuses: ['done', 'RUNNING'] }), type)[0]?.summary).toBe(
      'No execution has the status "running"; the newest have: done, RUNNING. Nothing was judged of those that run: set `running` in runbook.yaml.',
    );
  });
});

describe('executions.one-workflow', () => {
  const of = (top: number, all: number) =>
    oneWorkflow(seen({ stuck: all, byWorkflow: [{ workflow: 'invoice-export', stuck: top }] }));

  it.each([
    ['all of five', 5, 5, ['executions.one-workflow']],
    ['all of four', 4, 4, []],
    ['four fifths', 8, 10, []],
    ['just above four fifths', 81, 100, ['executions.one-workflow']],
    ['none', 0, 0, []],
  ])('with %s', (_name, top, all, rules) => {
    expect(of(top, all).map(({ rule }) => rule)).toEqual(rules);
  });

  it('names the workflow, its number and its share', () => {
    expect(of(34, 37)).toMatchObject([
      { subject: 'invoice-export', summary: expect.stringContaining('34 of 37'), observed: '91 %' },
    ]);
  });

  it('never shows a share that looks like one which would not count', () => {
    const some = fc
      .integer({ min: 5, max: 100_000 })
      .chain((all) => fc.tuple(fc.integer({ min: 1, max: all }), fc.constant(all)));
    fc.assert(
      fc.property(some, ([top, all]) => {
        expect(of(top, all).length).toBe(top > all * 0.8 ? 1 : 0);
      }),
    );
  });
});

describe('executions.stalled', () => {
  it.each([
    ['nothing finished while some run', { running: 12, finished: { ok: true, data: 0 } }, ['executions.stalled']],
    ['one finished', { running: 12, finished: { ok: true, data: 1 } }, []],
    ['nothing runs', { running: 0, finished: { ok: true, data: 0 } }, []],
    ['the runbook names no column', { running: 12 }, []],
    ['it was not seen, which is a gap', { running: 12, finished: { ok: false, why: 'away' } }, []],
  ] as const)('when %s', (_name, parts, rules) => {
    expect(stalled(seen(parts), type).map(({ rule }) => rule)).toEqual(rules);
  });

  it('says what it knows', () => {
    expect(stalled(seen({ running: 12, finished: { ok: true, data: 0 } }), type)).toMatchObject([
      { level: 'warning', summary: 'No execution has finished within 15 min, while 12 are running.' },
    ]);
  });
});
