/** High memory usage: who is near a limit, who grows, whether it is one pod or all of them, and who was killed inside. */
import type { Finding, Surroundings } from '../diagnosis/diagnosis.ts';
import { playbook, whenSeen } from '../diagnosis/playbook.ts';
import { aboveRequested, isNearLimit, nearLimit, noFigure, noLimit } from '../diagnosis/rules/memory.ts';
import { killedInside, limitHit } from '../diagnosis/rules/memory-kills.ts';
import { spread } from '../diagnosis/rules/memory-spread.ts';
import { growing, noHistory } from '../diagnosis/rules/memory-trend.ts';
import { cgroups, type InsideSeen } from '../probes/cgroup.ts';
import { type MemorySeen, memory } from '../probes/memory.ts';

export const highMemory = playbook({
  issueType: 'high-memory',
  title: 'High memory usage',
  // M7: pods, rollouts, nodes and autoscalers are seen by the probes that all playbooks share
  probes: { memory, inside: cgroups },
  rules: ({ memory, inside }, surroundings) =>
    withoutWrongOffers([
      ...whenSeen(memory, (seen) => ofContainers(seen, surroundings)),
      ...whenSeen(inside, ({ read }) => [...killedInside(read), ...limitHit(read)]),
    ]),
  ruledOut: (evidence, surroundings) => [
    ...whenSeen(evidence.memory, (seen) => allWell(seen, surroundings)),
    ...whenSeen(evidence.inside, nobodyKilled),
  ],
});

const ofContainers = (seen: MemorySeen, { issueType, samples, now }: Surroundings): Finding[] => [
  ...nearLimit(seen, issueType),
  ...spread(seen, issueType),
  ...growing(seen, samples ?? []),
  ...noLimit(seen),
  ...aboveRequested(seen),
  ...noFigure(seen),
  ...noHistory(samples, now),
];

/** More memory for all is no remedy for the leak of one. */
function withoutWrongOffers(findings: Finding[]): Finding[] {
  const leaks = findings.filter(({ rule, level }) => rule === 'memory.one-pod' && level !== 'info');
  const leaking = new Set(leaks.map(({ about }) => about?.owner));
  return findings.map(({ offers, ...finding }) => {
    const fit = offers?.filter(({ remedy }) => remedy === 'restart-pod' || !leaking.has(finding.about?.owner)) ?? [];
    return fit.length > 0 ? { ...finding, offers: fit } : finding;
  });
}

function allWell(seen: MemorySeen, { issueType }: Surroundings): string[] {
  const measured = seen.containers.filter(
    ({ memory, memoryLimit }) => memory !== undefined && memoryLimit !== undefined,
  );
  if (measured.length === 0 || measured.some((use) => isNearLimit(use, issueType))) return [];
  return [`No container is near its limit (${measured.length} measured).`];
}

function nobodyKilled({ read }: InsideSeen): string[] {
  if (read.length === 0 || read.some(({ kills }) => kills > 0)) return [];
  return [`No process was killed for memory inside a container (${read.length} looked into).`];
}
