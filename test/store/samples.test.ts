import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { claimSamplings, forgetSamples, readSamples, saveSamples } from '../../src/store/samples.ts';
import { type TestDatabase, testDatabase } from '../tools/database.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.end());

const hour = 3_600_000;
const sampled = (pod: string, parts: object = {}) => ({
  pod,
  uid: `uid-${pod}`,
  container: 'app',
  restarts: 2,
  ...parts,
});
const older = (by: string) => database.pool.query(`update samples set at = at - $1::interval`, [by]);

it('keeps a container as it was, and what was not known stays unknown', async () => {
  const full = sampled('api-1', { memoryBytes: 5 * 2 ** 40, limitBytes: 536_870_912 });

  expect(await saveSamples(database.pool, 'production', [full, sampled('api-2')])).toEqual({ isCut: false });

  const read = await readSamples(database.pool, 'production', hour);
  expect(read.toSorted((a, b) => a.pod.localeCompare(b.pod))).toEqual([
    { ...full, namespace: 'production', at: expect.any(Number) },
    { ...sampled('api-2'), namespace: 'production', at: expect.any(Number) },
  ]);
  expect(Math.abs(Date.now() - (read[0]?.at ?? 0))).toBeLessThan(60_000);
});

it('gives those of one namespace and one hour, the oldest first', async () => {
  await saveSamples(database.pool, 'production', [sampled('gone')]);
  await older('61 minutes');
  await saveSamples(database.pool, 'production', [sampled('old')]);
  await older('1 minute');
  await saveSamples(database.pool, 'staging', [sampled('other')]);
  await saveSamples(database.pool, 'production', [sampled('new')]);

  expect((await readSamples(database.pool, 'production', hour)).map(({ pod }) => pod)).toEqual(['old', 'new']);
});

it('keeps a day', async () => {
  await saveSamples(database.pool, 'production', [sampled('gone')]);
  await older('2 minutes');
  await saveSamples(database.pool, 'production', [sampled('kept')]);
  await older('23 hours 59 minutes');

  await forgetSamples(database.pool);

  expect((await readSamples(database.pool, 'production', 48 * hour)).map(({ pod }) => pod)).toEqual(['kept']);
});

it('leaves out always the same ones beyond a thousand, whatever their order, and says so', async () => {
  const many = Array.from({ length: 1_002 }, (_, n) => sampled(`pod-${String(n).padStart(4, '0')}`));

  expect(await saveSamples(database.pool, 'production', many.toReversed())).toEqual({ isCut: true });

  const pods = new Set((await readSamples(database.pool, 'production', hour)).map(({ pod }) => pod));
  expect(pods.size).toBe(1_000);
  expect(pods.has('pod-0999')).toBe(true);
  expect(pods.has('pod-1000')).toBe(false);
});

describe('a namespace is looked at', () => {
  const claim = (...namespaces: string[]) => claimSamplings(database.pool, namespaces);

  it('by one of four replicas', async () => {
    const claims = await Promise.all([1, 2, 3, 4].map(() => claim('production')));

    expect(claims.flat()).toEqual(['production']);
  });

  it('again in the next minute, not before', async () => {
    await claim('production');
    await database.pool.query(`update samplings set at = at - interval '49 seconds'`);
    expect(await claim('production', 'staging')).toEqual(['staging']);

    await database.pool.query(`update samplings set at = at - interval '51 seconds'`);
    expect((await claim('production', 'staging')).toSorted()).toEqual(['production', 'staging']);
  });
});
