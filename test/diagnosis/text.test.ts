import { describe, expect, it } from '@jest/globals';
import type { Check } from '../../src/diagnosis/diagnosis.ts';
import { reportText } from '../../src/diagnosis/text.ts';
import { changes } from '../slack/views/reports.ts';
import { report } from '../slack/views/world.ts';

const check = (more: Partial<Check>): Check => ({
  name: 'pods',
  verdict: 'healthy',
  repeat: 'see',
  tookMs: 1,
  ...more,
});
const textOf = (...checks: Check[]): string[] => reportText({ ...report, checks }).split('\n');

describe('what was not seen', () => {
  it.each([
    ['of a check that saw nothing', check({ verdict: 'unknown', why: 'forbidden' }), '  pods: forbidden'],
    [
      'of one that found something in the rest',
      check({ verdict: 'suspect', gaps: ['20 of 30 logs were read'] }),
      '  pods: 20 of 30 logs were read',
    ],
  ])('stands there %s', (_name, one, line) => {
    expect(textOf(one)).toEqual(expect.arrayContaining(['Not seen', line]));
  });

  it('is nothing where all was seen', () => {
    expect(textOf(check({ verdict: 'suspect' }), check({}))).not.toContain('Not seen');
  });
});

describe('against an earlier look', () => {
  it('stands what has changed, and as it was and is', () => {
    const text = reportText({ ...report, changes }).split('\n');

    expect(text).toEqual(
      expect.arrayContaining([
        'Against the look at 2026-03-02T02:50:00.000Z',
        '  new: pid 4321 (executions.locked): critical, 3 waiting, held for 2 min',
        '  same: executions (executions.stalled): warning, 12 -> warning, 9',
        '  unseen: deployment/api (pod.crash-loop): critical, 6 restarts',
        '  gone: executions (executions.stuck): critical, 37 of 41 running',
      ]),
    );
  });

  it('is said where nothing was found in either', () => {
    const text = reportText({ ...report, changes: { ...changes, list: [] } });

    expect(text).toContain('\n  Nothing was found then, and nothing now.\n');
  });

  it('is nothing where there was none', () => {
    expect(reportText(report)).not.toContain('Against');
  });
});
