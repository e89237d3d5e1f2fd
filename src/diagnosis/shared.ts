/** Probes of one run that ask a cluster the same thing share one answer: a namespace's pods are listed once. */
import type { Cluster } from './cluster.ts';
import type { Clients } from './diagnosis.ts';

/** Answers are shared as far as these very clients are: one look has its own, whichever playbooks take part in it. */
export function forOneRun<Around extends { clients: Clients }>(around: Around): Around {
  const { cluster, ...others } = around.clients;
  if (!cluster) return around;
  return { ...around, clients: { ...others, cluster: clusterOfOneRun(cluster) } };
}

const ofOneRun = new WeakSet<Cluster>();

export function clusterOfOneRun(cluster: Cluster): Cluster {
  if (ofOneRun.has(cluster)) return cluster;
  const own: Cluster = {
    list: (listing) => cluster.list(listing),
    logs: (asked) => cluster.logs(asked),
    exec: (asked) => cluster.exec(asked),
    may: (right, namespace) => cluster.may(right, namespace),
  };
  ofOneRun.add(own);
  return own;
}

type Ask<Words extends (string | undefined)[], Answer> = (cluster: Cluster, ...words: Words) => Promise<Answer>;

/** The same question with the same words, asked once per run. */
export function askedOnce<Words extends (string | undefined)[], Answer>(ask: Ask<Words, Answer>): Ask<Words, Answer> {
  const runs = new WeakMap<Cluster, Map<string, Promise<Answer>>>();
  return (cluster, ...words) => {
    const known = runs.get(cluster) ?? new Map<string, Promise<Answer>>();
    runs.set(cluster, known);
    const key = JSON.stringify(words);
    const answer = known.get(key) ?? ask(cluster, ...words);
    known.set(key, answer);
    return answer;
  };
}
