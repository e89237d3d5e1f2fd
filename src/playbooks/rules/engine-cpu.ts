/** Whether the workflow engine works, or waits for something (W4). */
import { aboutPod, type ContainerUse } from '../../diagnosis/container-use.ts';
import type { Finding } from '../../diagnosis/diagnosis.ts';
import { percent } from '../../diagnosis/quantity.ts';
import type { EngineLogs } from '../../probes/engine-logs.ts';
import { engineUse } from '../../probes/engine-use.ts';
import { complains } from './engine-complaints.ts';

const blockedShare = 0.01;
const busyShare = 0.95;

/** Next to no CPU while it complains: it waits for something. All of what it may have: it is at work, or throttled. */
export function working(uses: ContainerUse[], { pods }: EngineLogs): Finding[] {
  const complaining = new Set(pods.filter(complains).map(({ use }) => use.uid));
  return uses.flatMap((use) => {
    const { cpu, cpuRequest = 0, cpuLimit = 0, uid, namespace, pod } = use;
    if (cpu === undefined) return [];
    const about = {
      level: 'warning' as const,
      check: engineUse.name,
      subject: pod,
      about: aboutPod(use),
      repeat: `kubectl top pod ${pod} --containers -n ${namespace}`,
    };
    if (complaining.has(uid) && cpu < blockedShare * cpuRequest)
      return [
        {
          ...about,
          rule: 'engine.blocked',
          summary: `It uses ${cores(cpu)} of CPU, less than 1 % of the ${cores(cpuRequest)} it requests, while its log complains: it waits for something, it does not work.`,
          observed: percent(cpu, cpuRequest),
          threshold: 'less than 1 % of its request, with errors',
        },
      ];
    if (cpuLimit > 0 && cpu >= busyShare * cpuLimit)
      return [
        {
          ...about,
          rule: 'engine.busy',
          cause: 'capacity' as const,
          summary: `It uses ${cores(cpu)} of CPU, ${percent(cpu, cpuLimit)} of its limit: it is busy, and slowed down by the limit.`,
          observed: percent(cpu, cpuLimit),
          threshold: `from ${100 * busyShare} % of its limit`,
        },
      ];
    return [];
  });
}

const cores = (n: number): string => `${Math.floor(n * 1_000)}m`;
