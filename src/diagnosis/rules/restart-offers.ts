/** Where restarting one pod could help: it runs, is not ready, and neither its template nor what it depends on is why. */
import type { Finding, Offer } from '../diagnosis.ts';
import { aboutPod, isReady, ownerOf, type Pod } from '../pod.ts';

/** What a new pod would suffer from as well. */
const spoilt = new Set(['rollout.culprit', 'rollout.stuck', 'workload.refused']);
/** A pod can be hung; a database that is full, a port that is wrong, an upstream that is gone are not mended by it. */
const mendable = new Set(['pod.not-ready', 'pod.liveness']);

/**
 * One pod of an owner at a time, and only where another of its pods is ready or it is the only one: the next look shows
 * whether it helped. One with volumes of its own, or on every node, is left to a person; so is one that nobody brings back.
 */
export function withRestarts(findings: Finding[], pods: Pod[]): Finding[] {
  const taken = new Set<string>();
  return findings.map((finding) => {
    const pod = mendable.has(finding.rule) ? pods.find(({ uid }) => uid === finding.about?.uid) : undefined;
    const owner = pod && ownerOf(pod);
    if (!pod || owner === undefined || taken.has(owner) || !mayRestart(pod, { findings, pods })) return finding;
    taken.add(owner);
    const offer: Offer = { remedy: 'restart-pod', label: `Restart ${pod.name}`, about: aboutPod(pod) };
    return { ...finding, offers: [...(finding.offers ?? []), offer] };
  });
}

function mayRestart(pod: Pod, { findings, pods }: { findings: Finding[]; pods: Pod[] }): boolean {
  if (pod.owner?.kind !== 'deployment') return false;
  const isSpoilt = findings.some(({ rule, about }) => spoilt.has(rule) && about?.name === pod.owner?.name);
  // a kubelet that is gone cannot end it either
  const isOnBadNode = findings.some(({ rule, about }) => rule === 'node.not-ready' && about?.name === pod.node);
  const alike = pods.filter((one) => ownerOf(one) === ownerOf(pod));
  return !isSpoilt && !isOnBadNode && (alike.length === 1 || alike.some(isReady));
}
