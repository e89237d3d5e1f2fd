/** High memory usage: who is near a limit, who grows, whether it is one pod or all of them, and who was killed inside. */
import type { Finding, Seen, Surroundings } from '../diagnosis/diagnosis.ts';
import { oneByOne } from '../diagnosis/one-by-one.ts';
import { playbook, whenSeen } from '../diagnosis/playbook.ts';
import { groundsOf, restingOn } from '../diagnosis/rests-on.ts';
import { aboveRequested, isNearLimit, nearLimit, noFigure, noLimit } from '../diagnosis/rules/memory.ts';
import { killedInside, limitHit } from '../diagnosis/rules/memory-kills.ts';
import { grewBefore } from '../diagnosis/rules/memory-restarted.ts';
import { grewSinceRollout } from '../diagnosis/rules/memory-rollout.ts';
import { spread } from '../diagnosis/rules/memory-spread.ts';
import { growing, noHistory } from '../diagnosis/rules/memory-trend.ts';
import { ruledOutOfCluster } from '../diagnosis/rules/ruled-out.ts';
import { besides } from '../diagnosis/rules/scope.ts';
import { type ClusterEvidence, judgeCluster } from '../diagnosis/rules/shared.ts';
import { cgroups, type InsideSeen } from '../probes/cgroup.ts';
import { clusterProbes } from '../probes/cluster.ts';
import { type MemorySeen, memory } from '../probes/memory.ts';

export const highMemory = playbook({
  issueType: 'high-memory',
  title: 'High memory usage',
  probes: { memory, inside: cgroups, ...clusterProbes },
  async rules(evidence, surroundings) {
    const { memory, inside } = evidence;
    const ofMemory = [
      ...(memory.ok ? await ofContainers(memory.data, surroundings) : []),
      ...whenSeen(inside, ({ read }) => [...killedInside(read), ...limitHit(read)]),
      ...sinceRollout(evidence, surroundings),
    ];
    return withoutWrongOffers([...ofMemory, ...(await ofCluster(evidence, surroundings, ofMemory))]);
  },
  ruledOut: (evidence, surroundings) => [
    ...whenSeen(evidence.memory, (seen) => allWell(seen, surroundings)),
    ...whenSeen(evidence.inside, nobodyKilled),
    ...ruledOutOfCluster(evidence, surroundings),
  ],
});

const sinceRollout = (
  { memory, pods, workloads }: ClusterEvidence & { memory: Seen<MemorySeen> },
  { samples = [], now }: Surroundings,
): Finding[] =>
  whenSeen(memory, (use) =>
    whenSeen(pods, (seen) =>
      whenSeen(workloads, ({ all }) => grewSinceRollout(use, all, { pods: seen.all, samples, now })),
    ),
  );

/** M7: kills for memory, evictions, nodes, rollouts and autoscalers are of memory; what else is ill is noted. */
const ofMemory = /^(pod\.out-of-memory|pod\.evicted|node\.|autoscaler\.)/;
const perhapsOfMemory = /^(rollout\.|workload\.)/;

async function ofCluster(evidence: ClusterEvidence, surroundings: Surroundings, found: Finding[]): Promise<Finding[]> {
  const all = await judgeCluster(evidence, surroundings);
  const ill = [...found, ...all.filter(({ rule }) => ofMemory.test(rule))].filter(({ level }) => level !== 'info');
  const byOwner = Map.groupBy(ill, ({ about }) => about?.owner);
  const isOurs = ({ rule, level, about }: Finding): boolean =>
    level === 'info' ||
    ofMemory.test(rule) ||
    (perhapsOfMemory.test(rule) && byOwner.has(`${about?.kind}/${about?.name}`));
  const others = all.filter((finding) => !isOurs(finding));
  const ours = all.filter(isOurs).flatMap((finding) => {
    const { about } = finding;
    return restingOn(groundsOf(byOwner.get(`${about?.kind}/${about?.name}`) ?? []), [finding]);
  });
  return [...ours, ...whenSeen(evidence.pods, ({ namespace }) => besides(others, namespace))];
}

const ofContainers = (seen: MemorySeen, { issueType, samples, now }: Surroundings): Promise<Finding[]> =>
  oneByOne([
    () => nearLimit(seen, issueType),
    () => spread(seen, issueType),
    () => growing(seen, samples ?? []),
    () => grewBefore(seen, samples ?? []),
    () => noLimit(seen),
    () => aboveRequested(seen),
    () => noFigure(seen),
    () => noHistory(samples, now),
  ]);

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
  if (seen.isCut || measured.length === 0 || measured.some((use) => isNearLimit(use, issueType))) return [];
  return [`No container is near its limit (${measured.length} measured).`];
}

function nobodyKilled({ read }: InsideSeen): string[] {
  if (read.length === 0 || read.some(({ kills }) => kills > 0)) return [];
  return [`No process was killed for memory inside a container (${read.length} looked into).`];
}
