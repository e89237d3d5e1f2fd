import { expect, it } from '@jest/globals';
import type { Sample } from '../../../src/diagnosis/diagnosis.ts';
import { replaced } from '../../../src/diagnosis/rules/replaced.ts';
import { podOf } from '../../../src/probes/pod-row.ts';
import { now, pod } from '../../probes/objects.ts';

const standing = (age: number) => podOf(pod({ name: 'api-7d4b9c-x2x4z', age }));
const sample = (more: Partial<Sample> = {}): Sample => ({
  at: now - 60_000,
  namespace: 'production',
  pod: 'api-7d4b9c-b8k2p',
  uid: 'gone',
  container: 'app',
  restarts: 17,
  ...more,
});
const judge = (age: number, ...samples: Sample[]) => replaced([standing(age)], { now, thresholds: {} }, samples);

it('is said of a young pod in the place of one that crashed, and leaves open whether it does', () => {
  expect(judge(1, sample({ restarts: 3 }), sample(), sample({ restarts: 16 }))).toMatchObject([
    {
      rule: 'pod.replaced',
      level: 'info',
      leavesOpen: expect.arrayContaining(['pod.crash-loop', 'pod.out-of-memory']),
      summary:
        'Made 1 min ago in the place of one that had 17 restarts: whether it goes the same way is known after 5 min.',
    },
  ]);
});

it.each<[string, number, Sample]>([
  ['that has run for long enough', 5, sample()],
  ['in the place of one that never crashed', 1, sample({ restarts: 0 })],
  ['of another deployment', 1, sample({ pod: 'web-7d4b9c-b8k2p' })],
  ['beside one that crashed and is still there', 1, sample({ uid: standing(1).uid })],
  ['with another container', 1, sample({ container: 'proxy' })],
])('is not said of a pod %s', (_name, age, before) => {
  expect(judge(age, before)).toEqual([]);
});
