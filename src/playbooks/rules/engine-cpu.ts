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
    const { cpu, cpuRequest = 0, cpuLimit = 0, uid } = use;
    if (cpu === undefined) return [];
    if (complaining.has(uid) && cpu < blockedShare * cpuRequest) return [blocked(use, cpu, cpuRequest)];
    return cpuLimit > 0 && cpu >= busyShare * cpuLimit ? [busy(use, cpu, cpuLimit)] : [];
  });
}

const engineOf = (use: ContainerUse) => ({
  level: 'warning' as const,
  check: engineUse.name,
  subject: use.pod,
  about: aboutPod(use),
  repeat: `kubectl top pod ${use.pod} --containers -n ${use.namespace}`,
});

const blocked = (use: ContainerUse, cpu: number, request: number): Finding => ({
  ...engineOf(use),
  rule: 'engine.blocked',
  summary: `It uses ${cores(cpu)} of CPU, less than ${100 * blockedShare} % of the ${cores(request)} it requests, while its log complains: it waits for something, it does not work.`,
  observed: percent(cpu, request),
  threshold: `less than ${100 * blockedShare} % of its request, with errors`,
});

const busy = (use: ContainerUse, cpu: number, limit: number): Finding => ({
  ...engineOf(use),
  rule: 'engine.busy',
  cause: 'capacity',
  summary: `It uses ${cores(cpu)} of CPU, ${percent(cpu, limit)} of its limit: it is busy, and slowed down by the limit.`,
  observed: percent(cpu, limit),
  threshold: `from ${100 * busyShare} % of its limit`,
});

const cores = (n: number): string => `${Math.floor(n * 1_000)}m`;
