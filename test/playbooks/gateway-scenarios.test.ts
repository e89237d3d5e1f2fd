/** Each scenario of the gateway, played as API objects: exactly what it says is found, and nothing of what it must not be. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Report } from '../../src/diagnosis/diagnosis.ts';
import { apiGateway502 } from '../../src/playbooks/api-gateway-502.ts';
import { loadPolicy } from '../../src/runbook/load.ts';
import { podsOf } from '../../src/sandbox/cluster/objects/names.ts';
import { objectsOf } from '../../src/sandbox/cluster/objects/objects.ts';
import type { Scene, Workload } from '../../src/sandbox/cluster/scene.ts';
import { apiGateway502Scenarios } from '../../src/sandbox/scenarios/api-gateway-502.ts';
import { clusterOver, storedObjects } from '../probes/cluster.ts';
import { minutesAgo, now } from '../probes/objects.ts';

const namespace = 'production';
const issueType = loadPolicy(readFileSync('runbook.yaml', 'utf8'), 'runbook.yaml').issueTypes.find(
  ({ id }) => id === 'api-gateway-502',
);

const stamped = (lines: [ago: number, line: string][]): string[] =>
  lines.map(([ago, line]) => `${minutesAgo(ago)} ${line}`);

function logsOf({ workloads = [] }: Scene): Record<string, string[]> {
  const told = workloads.flatMap((workload: Workload) =>
    podsOf(workload).flatMap(({ name, containers = {} }) =>
      Object.entries(containers).flatMap(([container, { logs = [], previousLogs = [] }]) => [
        [`${namespace}/${name}/${container}`, stamped(logs)] as const,
        [`${namespace}/${name}/${container} --previous`, stamped(previousLogs)] as const,
      ]),
    ),
  );
  return Object.fromEntries(told);
}

async function play(scene: Scene): Promise<Report> {
  if (!issueType) throw new Error('the runbook has no such issue type');
  const objects = storedObjects(objectsOf(scene, { namespace, now: new Date(now) }));
  const cluster = clusterOver({ objects, logs: logsOf(scene), silent: true });
  return apiGateway502.run({ clients: { cluster }, issueType, now });
}

const rulesOf = ({ findings }: Report): string[] =>
  findings.filter(({ level }) => level !== 'info').map(({ rule }) => rule);

describe('the scenario', () => {
  it.each(apiGateway502Scenarios.map((one) => [one.name, one] as const))(
    '%s',
    async (_name, { scene = {}, finds, says = [], not = [] }) => {
      const report = await play(scene);

      const [top] = report.findings;
      expect(rulesOf(report).toSorted()).toEqual(finds.toSorted());
      expect(says.filter((words) => !`${top?.subject} ${top?.summary}`.includes(words))).toEqual([]);
      expect(report.findings.filter(({ rule }) => not.includes(rule))).toEqual([]);
    },
  );

  it('offers no restart anywhere that a new pod would suffer from the same', async () => {
    const offered = await Promise.all(
      apiGateway502Scenarios.map(async ({ name, scene = {} }) => {
        const { findings } = await play(scene);
        return findings.flatMap(({ offers = [] }) => offers.map(({ remedy }) => `${name}: ${remedy}`));
      }),
    );

    expect(offered.flat()).toEqual([
      'crash-after-rollout: rollback',
      'image-not-there: rollback',
      'killed-at-its-limit: raise-limit',
      'killed-by-its-probe: restart-pod',
      'gateway-out-of-memory: raise-limit',
      'at-maximum: scale',
    ]);
  });
});
