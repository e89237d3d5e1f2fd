/** Probes of one run that ask a cluster the same thing share one answer: a namespace's pods are listed once. */
import type { Cluster } from './cluster.ts';
import type { Surroundings } from './diagnosis.ts';

/** Answers are shared as far as this very cluster is: each run has one of its own. */
export function forOneRun(surroundings: Surroundings): Surroundings {
  const { cluster, ...others } = surroundings.clients;
  if (!cluster) return surroundings;
  return { ...surroundings, clients: { ...others, cluster: clusterOfOneRun(cluster) } };
}

export const clusterOfOneRun = (cluster: Cluster): Cluster => ({
  list: (listing) => cluster.list(listing),
  logs: (asked) => cluster.logs(asked),
  exec: (asked) => cluster.exec(asked),
  may: (right, namespace) => cluster.may(right, namespace),
});

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
