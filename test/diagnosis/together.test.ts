import { describe, expect, it } from '@jest/globals';
import type { About, Finding } from '../../src/diagnosis/diagnosis.ts';
import { together } from '../../src/diagnosis/together.ts';

const finding = (subject: string, more: Partial<Finding> = {}): Finding => ({
  rule: 'pod.crash-loop',
  level: 'warning',
  check: 'pods',
  subject,
  summary: 'It has restarted 9 times.',
  ...more,
});
const ofApi = (name: string, more: Partial<Finding> = {}): Finding =>
  finding(name, {
    about: { kind: 'pod', namespace: 'production', name, owner: 'deployment/api', siblings: 9 },
    ...more,
  });

describe('findings of one owner', () => {
  it('are told as one, with how many of how many, an example, and each as evidence', () => {
    const [one, ...more] = together([ofApi('api-1'), ofApi('api-2', { evidence: ['exit 1'] }), ofApi('api-3')]);

    expect(more).toEqual([]);
    expect(one).toMatchObject({
      subject: 'deployment/api',
      summary: '3 of 9 pods, such as api-1: It has restarted 9 times.',
      evidence: ['api-1', 'api-2', 'api-3'].map((pod) => `${pod}: It has restarted 9 times.`),
      about: { kind: 'deployment', namespace: 'production', name: 'api' },
    });
  });

  it.each<[string, Partial<About>, Partial<About>, string]>([
    ['one by its uid', { uid: 'u-1', siblings: 9 }, { uid: 'u-1', siblings: 9 }, '1 of 9 pods'],
    ['one by its name where no uid is known', { siblings: 9 }, { siblings: 9 }, '1 of 9 pods'],
    [
      'two where one came again under its name',
      { uid: 'u-1', siblings: 9 },
      { uid: 'u-2', siblings: 9 },
      '2 of 9 pods',
    ],
    ['the only one that there is', { siblings: 1 }, { siblings: 1 }, '1 of 1 pod'],
    ['one where nobody knows of how many', {}, {}, '1 pod'],
  ])('of two containers count pods: %s', (_name, first, second, many) => {
    const about: About = { kind: 'pod', namespace: 'production', name: 'api-1', owner: 'deployment/api' };
    const of = (subject: string, more: Partial<About>) => finding(subject, { about: { ...about, ...more } });

    const [one] = together([of('api-1/app', first), of('api-1/proxy', second)]);

    expect(one?.summary).toBe(`${many}, such as api-1/app: It has restarted 9 times.`);
  });

  it('show the worst of them as the example', () => {
    const [one] = together([ofApi('api-1'), ofApi('api-2', { level: 'critical' })]);

    expect(one).toMatchObject({ level: 'critical', summary: expect.stringContaining('such as api-2') });
  });

  it('rest on all that each of them rests on', () => {
    const [one] = together([ofApi('api-1', { level: 'critical' }), ofApi('api-2', { restsOn: ['history'] })]);

    expect(one?.restsOn).toEqual(['history']);
  });

  it('keep what could be done about each of them, five at most', () => {
    const offer = (name: string) => ({
      remedy: 'restart-pod',
      label: `Restart ${name}`,
      about: { kind: 'pod', namespace: 'p', name },
    });
    const all = Array.from({ length: 7 }, (_, n) => ofApi(`api-${n}`, { offers: [offer(`api-${n}`)] }));

    expect(together(all)[0]?.offers).toHaveLength(5);
  });

  it.each([
    ['of another rule', ofApi('api-2', { rule: 'pod.slow' })],
    [
      'of another owner',
      finding('web-1', { about: { kind: 'pod', namespace: 'production', name: 'web-1', owner: 'deployment/web' } }),
    ],
    [
      'of another namespace',
      ofApi('api-2', { about: { kind: 'pod', namespace: 'staging', name: 'api-2', owner: 'deployment/api' } }),
    ],
    ['without an owner', finding('lonely')],
  ])('stay apart from one %s', (_name, other) => {
    expect(together([ofApi('api-1'), other])).toHaveLength(2);
  });

  it('are left as they are when there is one', () => {
    expect(together([ofApi('api-1')])).toEqual([ofApi('api-1')]);
  });
});

it('puts the worst first, of those alike what may explain the others, and keeps the order of the rest', () => {
  const all = [
    finding('note', { level: 'info' }),
    finding('plain'),
    finding('full', { cause: 'capacity' }),
    finding('rolled', { cause: 'rollout' }),
    finding('down', { level: 'critical' }),
    finding('plain too'),
  ];

  expect(together(all).map(({ subject }) => subject)).toEqual(['down', 'rolled', 'full', 'plain', 'plain too', 'note']);
});
