/** A log of which not all was read that was asked for: every probe that reads logs says so. */
import { expect, it } from '@jest/globals';
import type { Cluster, LogGap } from '../../src/diagnosis/cluster.ts';
import type { Probe, Surroundings } from '../../src/diagnosis/diagnosis.ts';
import { engineLogs } from '../../src/probes/engine-logs.ts';
import { gatewayLog } from '../../src/probes/gateway-log.ts';
import { poolerLog } from '../../src/probes/pooler-log.ts';
import { suspectLogs } from '../../src/probes/suspect-logs.ts';
import { clusterOver } from './cluster.ts';
import { minutesAgo, now, pod } from './objects.ts';
import { workflowStuckType } from './patient.ts';

const newest = { of: 'newest', why: 'the newest is missing' } as const;
const oldest = { of: 'oldest', why: 'the oldest are missing' } as const;

/** One pod, which is not ready, of which a log is read with that gap. */
function withGap(gap: LogGap, ago = 1): Surroundings {
  const inner = clusterOver({ objects: [pod({ name: 'api-1', ready: false, status: { ready: false } })] });
  const logs = async () => ({ lines: [`${minutesAgo(ago)} GET`], isCut: true, gap });
  const cluster: Cluster = { ...inner, logs };
  const targets = { namespace: 'production', label: 'app=api', pooler: 'api-1' };
  return { clients: { cluster }, issueType: workflowStuckType(targets), now };
}

async function gapsOf<Data>(probe: Probe<Data>, around: Surroundings): Promise<string[]> {
  return probe.gaps?.(await probe.look(around)) ?? [];
}

it.each<[string, Probe<unknown>]>([
  ['suspects', suspectLogs],
  ['the gateway', gatewayLog],
  ['the engine', engineLogs],
  ['the pooler', poolerLog],
])('is a gap in what is seen of %s', async (_who, probe) => {
  for (const gap of [newest, oldest])
    expect(await gapsOf(probe, withGap(gap))).toContainEqual(expect.stringContaining(gap.why));
});

it('is none of the pooler where the lines of its time were read', async () => {
  expect(await gapsOf(poolerLog, withGap(oldest, 20))).toEqual([]);
  expect(await gapsOf(poolerLog, withGap(newest, 20))).toEqual([newest.why]);
});

it('whose newest line is missing does not tell for how long the engine is silent', async () => {
  const seen = await Promise.all([newest, oldest].map((gap) => engineLogs.look(withGap(gap, 20))));

  expect(seen.map(({ pods }) => pods[0]?.newestAt)).toEqual([undefined, now - 20 * 60_000]);
});
