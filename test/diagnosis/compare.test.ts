import { describe, expect, it } from '@jest/globals';
import { compare } from '../../src/diagnosis/compare.ts';
import type { Check, Finding, Report, Verdict } from '../../src/diagnosis/diagnosis.ts';
import { report } from '../slack/views/world.ts';

const finding = (more: Partial<Finding> = {}): Finding => ({
  rule: 'pod.crash-loop',
  level: 'warning',
  check: 'pods',
  subject: 'api-1',
  summary: 'It crashes.',
  ...more,
});
const check = (verdict: Verdict, name = 'pods'): Check => ({ name, verdict, repeat: 'see', tookMs: 1 });
const look = (findings: Finding[], checks = [check('suspect')], at = 1): Report => ({
  ...report,
  findings,
  checks,
  at,
});
const pod = (name: string, owner?: string) => ({
  about: { kind: 'pod', namespace: 'production', name, ...(owner ? { owner } : {}) },
});

const kinds = (before: Report, after: Report) => compare(before, after).list.map(({ kind }) => kind);

describe('against the look before, a finding', () => {
  it.each([
    ['is new', [], [finding()], ['new']],
    ['is gone', [finding()], [], ['gone']],
    ['is worse', [finding()], [finding({ level: 'critical' })], ['worse']],
    ['is better', [finding()], [finding({ level: 'info' })], ['better']],
    ['is still there with other numbers', [finding({ observed: '3' })], [finding({ observed: '9' })], ['same']],
    ['of another subject is another', [finding()], [finding({ subject: 'api-2' })], ['new', 'gone']],
    ['of another rule is another', [finding()], [finding({ rule: 'pod.slow' })], ['new', 'gone']],
    [
      'stays when its pod was replaced, because its owner is the same',
      [finding(pod('api-1', 'deployment/api'))],
      [finding({ ...pod('api-2', 'deployment/api'), subject: 'api-2' })],
      ['same'],
    ],
    [
      'stays when it has become many of one owner',
      [finding(pod('api-1', 'deployment/api'))],
      [finding({ about: { kind: 'deployment', namespace: 'production', name: 'api' }, subject: 'deployment/api' })],
      ['same'],
    ],
    [
      'in another namespace is another',
      [finding(pod('api-1'))],
      [finding({ about: { kind: 'pod', namespace: 'staging', name: 'api-1' } })],
      ['new', 'gone'],
    ],
  ])('%s', (_name, before, after, wanted) => {
    expect(kinds(look(before), look(after))).toEqual(wanted);
  });

  it('stands in the order of its report: the worst first', () => {
    const before = look([finding({ level: 'critical', rule: 'pod.down' }), finding()]);

    expect(compare(before, look([])).list.map(({ rule }) => rule)).toEqual(['pod.down', 'pod.crash-loop']);
  });

  it.each([
    ['its check was not seen now', [check('unknown')]],
    ['its check is not made any more', [check('healthy', 'nodes')]],
    ['its check found something else and saw a part', [{ ...check('suspect'), gaps: ['20 of 30 pods were read'] }]],
    ['its check was seen in one place and not in another', [check('suspect'), check('unknown')]],
  ])('is not called gone when %s', (_name, checks) => {
    expect(kinds(look([finding()]), look([], checks))).toEqual(['unseen']);
  });

  it.each([
    ['not gone where a rule cannot speak of its owner yet', 'deployment/api', [], ['new', 'unseen']],
    [
      'not better either',
      'deployment/api',
      [finding({ ...pod('api-2', 'deployment/api'), level: 'info' })],
      ['new', 'unseen'],
    ],
    ['gone where that is said of another owner', 'deployment/web', [], ['new', 'gone']],
  ])('is %s', (_name, owner, found, wanted) => {
    const open = finding({ ...pod('a', owner), rule: 'pod.too-young', leavesOpen: ['pod.crash-loop'] });
    const before = look([finding(pod('api-1', 'deployment/api'))]);

    expect(kinds(before, look([open, ...found]))).toEqual(wanted);
  });

  it.each([
    ['gone where that was seen', [check('healthy'), check('healthy', 'events')], 'gone'],
    ['unseen where that was not', [check('healthy'), check('unknown', 'events')], 'unseen'],
    ['unseen where nobody asked', [check('healthy')], 'unseen'],
  ])('that rests on a further check is %s', (_name, checks, kind) => {
    expect(kinds(look([finding({ restsOn: ['events'] })]), look([], checks))).toEqual([kind]);
  });

  it('is not called better where a further check that it rests on was not seen', () => {
    const before = look([finding({ restsOn: ['events'] })]);
    const after = look([finding({ level: 'info' })], [check('suspect'), check('unknown', 'events')]);

    expect(kinds(before, after)).toEqual(['unseen']);
  });

  it.each([
    ['gone where that was kept for five minutes', { historySince: 400_000 }, 'gone'],
    ['unseen where it was kept for less', { historySince: 400_001 }, 'unseen'],
    ['unseen where there is none', {}, 'unseen'],
  ])('that rests on what was before is %s', (_name, kept, kind) => {
    const after = { ...look([], [check('healthy')], 700_000), ...kept };

    expect(kinds(look([finding({ restsOn: ['history'] })]), after)).toEqual([kind]);
  });
});

it('says how it was and how it is, what is new first, and when the look before was taken', () => {
  const changes = compare(
    look([finding({ observed: '3 restarts' }), finding({ rule: 'pod.slow' })], undefined, 77),
    look([finding({ level: 'critical', observed: '9 restarts' }), finding({ rule: 'pod.new' })]),
  );

  expect(changes).toMatchObject({
    since: 77,
    list: [
      { kind: 'new', rule: 'pod.new' },
      { kind: 'worse', was: 'warning, 3 restarts', is: 'critical, 9 restarts' },
      { kind: 'gone', rule: 'pod.slow', was: 'warning, It crashes.' },
    ],
  });
});
