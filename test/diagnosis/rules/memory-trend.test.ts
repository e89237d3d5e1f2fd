import { describe, expect, it } from '@jest/globals';
import type { Sample } from '../../../src/diagnosis/diagnosis.ts';
import type { Pod } from '../../../src/diagnosis/pod.ts';
import { grewBefore } from '../../../src/diagnosis/rules/memory-restarted.ts';
import { grewSinceRollout } from '../../../src/diagnosis/rules/memory-rollout.ts';
import { growing, noHistory } from '../../../src/diagnosis/rules/memory-trend.ts';
import type { Workload } from '../../../src/diagnosis/workload.ts';
import { podOf } from '../../../src/probes/pod-row.ts';
import { pod } from '../../probes/objects.ts';
import { container, mebi, minutes, namespace, now, samplesOf } from './containers.ts';

/** So many MiB more each minute, up to `last` now. */
const risingTo = (last: number, step: number, looks: number): number[] =>
  Array.from({ length: looks }, (_, n) => last - step * (looks - 1 - n));

const at = (memory: number, parts = {}) => container({ memory: mebi(memory), ...parts });

describe('memory.growing', () => {
  it('says how fast, by how many looks, and when the limit is reached', () => {
    const use = at(314);

    expect(growing(namespace(use), samplesOf(use, risingTo(314, 9, 30)))).toMatchObject([
      {
        rule: 'memory.growing',
        level: 'critical',
        summary:
          'Its memory grows by 9 MiB a minute over the last 29 min (30 looks), and is at its limit of 512 MiB in 22 min: a restart buys time, no more.',
        cause: 'out-of-memory',
        offers: [{ remedy: 'restart-pod', about: { kind: 'pod', name: 'api-1', uid: 'uid-of-api-1' } }],
      },
    ]);
  });

  it.each([
    ['critical when the limit is less than 30 min away', 242.5, 9, 30, ['critical']],
    ['a warning at 30 min', 242, 9, 20, ['warning']],
    ['a warning just below 4 h', 273, 1, 30, ['warning']],
    ['no more than known at 4 h', 272, 1, 30, ['info']],
    ['nothing after four looks', 400, 9, 4, []],
    ['nothing over four minutes', 400, 9, 5, []],
    ['something over five', 400, 9, 6, ['critical']],
    ['nothing when it stays the same', 400, 0, 30, []],
    ['nothing when it falls', 400, -2, 30, []],
    ['nothing below 5 % in all', 400, 0.6, 30, []],
  ])('is %s', (_name, last, step, looks, levels) => {
    const use = at(last);

    expect(growing(namespace(use), samplesOf(use, risingTo(last, step, looks))).map(({ level }) => level)).toEqual(
      levels,
    );
  });

  it('is nothing when it jumps up and down on its way', () => {
    const use = at(200);
    const values = Array.from({ length: 30 }, (_, n) => 150 + n + (n % 2) * 120);

    expect(growing(namespace(use), samplesOf(use, values))).toEqual([]);
  });

  it('begins anew at a restart: what was before belongs to a process that is gone', () => {
    const use = at(120, { restarts: 1 });
    const values = [...risingTo(500, 10, 30), ...risingTo(120, 0, 5)];
    const restarts = values.map((_, n) => (n < 30 ? 0 : 1));

    expect(growing(namespace(use), samplesOf(use, values, restarts))).toEqual([]);
    expect(growing(namespace(use), samplesOf(use, risingTo(500, 10, 30), []))).toHaveLength(1);
  });

  it('does not take a look without a figure for one that saw 0', () => {
    const use = at(400);
    const values = risingTo(400, 0, 30).map((value, n) => (n < 10 ? undefined : value));

    expect(growing(namespace(use), samplesOf(use, values))).toEqual([]);
  });

  it('is of this very pod, not of one before it with the same name', () => {
    const use = at(400);
    const before = { ...use, uid: 'older' };

    expect(growing(namespace(use), samplesOf(before, risingTo(400, 9, 30)))).toEqual([]);
  });

  it('has no time to tell where there is no limit, and offers nothing for a pod that nobody brings back', () => {
    const limitless = at(400, { memoryLimit: undefined });
    const lone = at(400, { owner: undefined });

    expect(growing(namespace(limitless), samplesOf(limitless, risingTo(400, 9, 30)))).toMatchObject([
      { level: 'info', summary: expect.stringContaining('no limit would stop it') },
    ]);
    expect(growing(namespace(lone), samplesOf(lone, risingTo(400, 9, 30)))[0]).not.toHaveProperty('offers');
  });
});

describe('memory.run-too-young', () => {
  const rising = risingTo(500, 10, 30);

  it.each<[string, number[], number, string[]]>([
    ['grew, and was restarted four minutes ago', rising, 5, ['memory.run-too-young info']],
    ['grew, and was restarted five minutes ago', rising, 6, []],
    ['did not grow', risingTo(400, 0, 30), 2, []],
  ])('where a container %s', (_name, before, looks, said) => {
    const use = at(120, { restarts: 1 });
    const restarts = [...before.map(() => 0), ...risingTo(120, 0, looks).map(() => 1)];
    const samples = samplesOf(use, [...before, ...risingTo(120, 0, looks)], restarts);

    const found = grewBefore(namespace(use), samples);

    expect(found.map(({ rule, level }) => `${rule} ${level}`)).toEqual(said);
    expect(growing(namespace(use), samples)).toEqual([]);
  });

  it.each<[string, string, string, number]>([
    ['of its deployment', 'api-7d4b9c-x2x4z', 'api-7d4b9c-b8k2p', 1],
    ['of its set', 'api-1', 'api-1', 1],
    ['of another deployment', 'web-7d4b9c-x2x4z', 'api-7d4b9c-b8k2p', 0],
    ['of the same set beside it', 'api-0', 'api-1', 0],
  ])('where a pod %s grew that is gone', (_name, gone, pod, many) => {
    const use = at(120, { pod, uid: 'new' });
    const before = samplesOf(at(500, { pod: gone, uid: 'gone' }), rising);

    expect(grewBefore(namespace(use), [...before, ...samplesOf(use, [120])])).toHaveLength(many);
    expect(grewBefore(namespace(use, at(500, { pod: gone, uid: 'gone' })), before)).toEqual([]);
  });
});

describe('memory.no-history', () => {
  const use = container();

  it.each([
    ['none is kept', undefined, ['No history could be read: whether memory grows is not known.']],
    ['it has only begun', [], ['No history yet: whether memory grows is known after 5 min of looking.']],
    ['it is four minutes long', samplesOf(use, [1, 2, 3, 4, 5]), [expect.stringContaining('No history yet')]],
    ['it is five minutes long', samplesOf(use, [1, 2, 3, 4, 5, 6]), []],
  ])('is said when %s', (_name, samples, said) => {
    expect(noHistory(samples, now).map(({ summary }) => summary)).toEqual(said);
  });

  it('counts to now, not to the last look', () => {
    const old = samplesOf(use, [1]).map((sample) => ({ ...sample, at: now - minutes(6) }));

    expect(noHistory(old, now)).toEqual([]);
  });
});

describe('memory.grew-since-rollout', () => {
  const use = at(420, { pod: 'api-new-aaaaa' });
  const rollout = { at: now - minutes(40), hash: 'new', before: 'old', changes: ['app: image a:1 -> a:2'] };
  const api: Workload = {
    kind: 'deployment',
    name: 'api',
    namespace: 'production',
    uid: 'uid-api',
    desired: 1,
    available: 1,
    conditions: [],
    rollout,
  };
  const fresh = podOf(
    pod({ name: use.pod, hash: 'new', owner: { kind: 'Deployment', name: 'api' }, metadata: { uid: use.uid } }),
  );
  const standing = podOf(pod({ name: 'api-1', hash: 'old', owner: { kind: 'Deployment', name: 'api' } }));
  /** Of a pod that went 40 minutes ago, unless told otherwise. */
  const before = (name: string, values: number[], parts: Partial<Sample> = {}): Sample[] =>
    samplesOf(at(0, { pod: name }), values).map((sample) => ({ ...sample, ...parts, at: sample.at - minutes(40) }));
  const judge = (samples: Sample[], pods = [fresh]) =>
    grewSinceRollout(namespace(use), [api], {
      pods,
      samples: [...samples, ...samplesOf(use, risingTo(420, 6, 30))],
      now,
    });
  const flat = risingTo(300, 0, 6);

  it.each<[string, Sample[], Pod[], string[]]>([
    [
      'is the cause where a pod of the template before did not grow',
      before('api-old-bbbbb', flat),
      [fresh],
      ['critical'],
    ],
    [
      'is the cause where one that still stands does not',
      before('api-1', flat, { uid: 'uid-api-1' }),
      [fresh, standing],
      ['critical'],
    ],
    ['is a note where nothing was seen of the template before', [], [fresh], ['info']],
    ['is a note where it was seen four times', before('api-old-bbbbb', flat.slice(2)), [fresh], ['info']],
    ['is a note where it was seen for four minutes', before('api-old-bbbbb', flat.slice(1)), [fresh], ['info']],
    [
      'is a note where it was never measured',
      samplesOf(
        at(0, { pod: 'api-old-bbbbb' }),
        flat.map(() => undefined),
      ),
      [fresh],
      ['info'],
    ],
    [
      'is a note where only another container of it was measured',
      [...before('api-old-bbbbb', flat, { container: 'proxy' }), ...before('api-old-bbbbb', [1])],
      [fresh],
      ['info'],
    ],
    ['is a note where only a namesake was seen', before('api-gateway-old-bbbbb', flat), [fresh], ['info']],
    ['is a note where only an older template was seen', before('api-oldest-bbbbb', flat), [fresh], ['info']],
    ['is nothing where the pods before it grew as well', before('api-old-bbbbb', risingTo(300, 6, 6)), [fresh], []],
  ])('%s', (_name, samples, pods, levels) => {
    expect(judge(samples, pods).map(({ level }) => level)).toEqual(levels);
  });

  it('offers the way back where it is proven, and says what was not seen where it is not', () => {
    expect(judge(before('api-old-bbbbb', flat))).toMatchObject([
      {
        summary:
          '1 pod of the template rolled out 40 min ago grows, and none of the one before did: app: image a:1 -> a:2.',
        offers: [{ remedy: 'rollback', about: { kind: 'deployment', name: 'api' } }],
      },
    ]);

    const [noted] = judge([]);

    expect(noted?.summary).toBe(
      '1 pod of the template rolled out 40 min ago grows; whether those of the one before did was not seen: app: image a:1 -> a:2.',
    );
    expect(noted).not.toHaveProperty('offers');
    expect(noted).not.toHaveProperty('cause');
  });
});
