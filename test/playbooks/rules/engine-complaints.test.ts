import { describe, expect, it } from '@jest/globals';
import { complaining } from '../../../src/playbooks/rules/engine-complaints.ts';
import { now } from '../../diagnosis/rules/containers.ts';
import { group, log, logs, said, use } from './engine.ts';

describe('what the log complains of', () => {
  it('is told with how often, in how many pods, since when, and in what words', () => {
    const found = complaining(logs(log({ groups: [group({ count: 12 })] }), log({ use: use({ pod: 'wf-1' }) })), now);

    expect(found).toMatchObject([
      {
        rule: 'engine.timeouts',
        level: 'warning',
        subject: 'deployment/workflow-engine',
        summary: '12 lines of its log tell of time-outs, in 1 of 2 pods: the first 9 min ago, the last 1 min ago.',
        evidence: ['wf-0, 12 times: step # timed out'],
        cause: 'dependency',
      },
    ]);
  });

  it.each([
    ['two alike', [group({ count: 2 })], []],
    ['three alike', [group()], ['engine.timeouts warning']],
    ['three of a kind in three wordings', ['a', 'b', 'c'].map((line) => group({ line, count: 1 })), []],
    [
      'three of each of two kinds, the more frequent first',
      [group(), group({ class: 'refused', count: 5 })],
      ['engine.connections-refused warning', 'engine.timeouts warning'],
    ],
    [
      'four kinds, of which three are told',
      (['timeout', 'refused', 'dns', 'reset'] as const).map((kind, n) => group({ class: kind, count: 9 - n })),
      ['engine.timeouts warning', 'engine.connections-refused warning', 'engine.names-unresolved warning'],
    ],
  ])('with %s', (_name, groups, expected) => {
    expect(said(complaining(logs(log({ groups })), now))).toEqual(expected);
  });

  it('counts alike over the pods together', () => {
    const pods = ['wf-0', 'wf-1', 'wf-2'].map((pod) => log({ use: use({ pod }), groups: [group({ count: 1 })] }));

    expect(complaining(logs(...pods), now)).toMatchObject([
      { observed: '3 lines', summary: expect.stringContaining('3 of 3 pods') },
    ]);
  });
});
