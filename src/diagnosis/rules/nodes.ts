/** Nodes under our pods that are ill (C13), and ill pods that share a node. Cordoning is left to a person. */
import { checks } from '../checks.ts';
import type { Finding } from '../diagnosis.ts';
import type { Node } from '../node.ts';
import { conditionOf, type Pod } from '../pod.ts';
import { duration, oneLine } from '../words.ts';

/** fewer of them on one node are no pattern */
const pattern = { atLeast: 3, share: 0.6 };
const pressures = ['MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** `ill`: uids of pods that a finding is about. */
export interface Placed {
  pods: Pod[];
  ill: ReadonlySet<string>;
}

export function badNodes(nodes: Node[], { pods, ill }: Placed, now: number): Finding[] {
  const used = nodes.filter(({ name }) => pods.some(({ node }) => node === name));
  return used.flatMap((node) => {
    const own = pods.filter((pod) => pod.node === node.name);
    const sits = `${own.filter(({ uid }) => ill.has(uid)).length} of ${ill.size} ill pods sit on it`;
    return [...notReady(node, sits, now), ...pressed(node, sits), ...cordoned(node, sits)];
  });
}

const ofNode = (
  { name, uid }: Node,
  said: Pick<Finding, 'rule' | 'level' | 'summary'> & Partial<Finding>,
): Finding => ({
  check: checks.nodes,
  subject: `node/${name}`,
  cause: 'node',
  about: { kind: 'node', namespace: '', name, uid },
  repeat: `kubectl describe node ${name}`,
  ...said,
});

function notReady(node: Node, sits: string, now: number): Finding[] {
  const ready = conditionOf(node, 'Ready');
  if (ready?.status === 'True') return [];
  const since = ready?.since === undefined ? '' : ` for ${duration(now - ready.since)}`;
  return [
    ofNode(node, {
      rule: 'node.not-ready',
      level: 'critical',
      summary: `Not ready${since}; ${sits}.`,
      observed: `Ready is ${ready?.status ?? 'not told'}`,
      threshold: 'anything but True',
      evidence: ready?.message === undefined ? [] : [oneLine(ready.message, 300)],
    }),
  ];
}

function pressed(node: Node, sits: string): Finding[] {
  const under = pressures.filter((type) => conditionOf(node, type)?.status === 'True');
  if (under.length === 0) return [];
  const summary = `Under ${under.join(' and ')}: pods will be put out; ${sits}.`;
  return [
    ofNode(node, { rule: 'node.pressure', level: 'warning', summary, observed: under.join(', '), threshold: 'any' }),
  ];
}

const cordoned = (node: Node, sits: string): Finding[] =>
  node.isCordoned
    ? [ofNode(node, { rule: 'node.cordoned', level: 'info', summary: `Takes no new pods: it is cordoned; ${sits}.` })]
    : [];

/** Told from the pods alone, so also where nodes may not be seen. Where most pods live there, it says nothing. */
export function sharedNode({ pods, ill }: Placed): Finding[] {
  const placed = pods.filter(({ node }) => node !== undefined);
  const byNode = Map.groupBy(placed, ({ node = '' }) => node);
  return [...byNode].flatMap(([name, own]) => {
    const bad = own.filter(({ uid }) => ill.has(uid)).length;
    const share = bad / Math.max(1, ill.size);
    if (bad < pattern.atLeast || share < pattern.share || own.length / placed.length >= pattern.share) return [];
    const summary = `${bad} of ${ill.size} ill pods sit on ${name}, which has ${own.length} of all ${placed.length}.`;
    return [
      {
        rule: 'node.shared',
        level: 'warning',
        check: checks.pods,
        subject: `node/${name}`,
        cause: 'node',
        summary,
        observed: `${bad} of ${ill.size}`,
        threshold: `${pattern.atLeast} or more that are ${pattern.share * 100} % of them`,
        repeat: `kubectl get pods -A --field-selector spec.nodeName=${name}`,
      },
    ];
  });
}
