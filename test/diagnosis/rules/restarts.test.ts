/** How often containers were restarted, by what was seen of them before. */
import { expect, it } from '@jest/globals';
import type { Finding, Sample } from '../../../src/diagnosis/diagnosis.ts';
import { judgePods } from '../../../src/diagnosis/rules/pods.ts';
import { eventOf } from '../../../src/probes/events.ts';
import { podOf } from '../../../src/probes/pod-row.ts';
import { ended, event, now, pod } from '../../probes/objects.ts';

const restarted = (name: string, restarts: number) =>
  podOf(pod({ name, status: { restartCount: restarts, lastState: ended('Error', 1, 3) } }));
const sample = (ago: number, restarts: number, name = 'api-1'): Sample => ({
  at: now - ago * 60_000,
  namespace: 'production',
  pod: name,
  uid: `uid-${name}`,
  container: 'app',
  restarts,
});
const told = async (samples: Sample[]): Promise<Finding | undefined> =>
  (await judgePods([restarted('api-1', 6)], { now, thresholds: {} }, samples))[0];

it('counts no restart into a window that nobody saw begin', async () => {
  expect(await told([sample(55, 2), sample(1, 6)])).toMatchObject({
    summary: '6 restarts in all, the last 3 min ago; 4 of them seen within the last hour.',
    observed: '1 in 15 min, 4 in 1 h',
  });
  expect((await told([sample(58, 2), sample(20, 5)]))?.observed).toBe('1 in 15 min, 4 in 1 h');
});

it('reads each sample and each event no more than a few times, however many pods there are', async () => {
  let read = 0;
  const counted = <Row extends object>(row: Row): Row =>
    new Proxy(row, {
      get(target, key, self) {
        read += 1;
        return Reflect.get(target, key, self) as unknown;
      },
    });
  const names = Array.from({ length: 50 }, (_, n) => `api-${n}`);
  const pods = names.map((name) => restarted(name, 1));
  const samples = names.map((name) => counted(sample(1, 1, name)));
  const events = names.map((name) => counted(eventOf(event({ about: name, reason: 'Pulled', type: 'Normal' }))));

  expect(await judgePods(pods, { now, thresholds: {}, events }, samples)).toHaveLength(50);
  expect(read).toBeLessThan(50 * 20);
});
