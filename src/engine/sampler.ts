/** Every minute: what containers use and how often they have restarted, kept for looks that need to know what was before. */
import type { Cluster } from '../diagnosis/cluster.ts';
import type { ContainerUse, NamespaceUse } from '../diagnosis/container-use.ts';
import type { Sample } from '../diagnosis/diagnosis.ts';
import { clusterOfOneRun } from '../diagnosis/shared.ts';
import type { IssueType } from '../incident/policy.ts';
import { hours } from '../incident/times.ts';
import { claimSamplings, forgetSamples, readSamples, type Sampled, saveSamples } from '../store/samples.ts';
import type { Engine } from './engine.ts';

/** How far back a look is told. */
const historyMs = hours(1);

/** How containers of a namespace are seen. */
export type LookAtUse = (cluster: Cluster, namespace: string) => Promise<NamespaceUse>;

/** One look at every namespace of the runbook that no other replica looks at in this minute. */
export async function takeSamples(engine: Engine, look: LookAtUse): Promise<void> {
  const { clients, policy, pool } = engine;
  const { cluster } = clients;
  if (!cluster) return;
  const namespaces = policy.issueTypes.flatMap(({ targets }) => targets['namespace'] ?? []);
  const mine = await claimSamplings(pool, [...new Set(namespaces)]);
  // of this run alone: what was answered a minute ago is not taken for an answer now
  for (const namespace of mine)
    await sample(engine, namespace, () => look(clusterOfOneRun(cluster), namespace)).catch((error: unknown) =>
      engine.log.warn({ err: error, namespace }, 'no samples were taken of a namespace in this minute'),
    );
  if (mine.length > 0) await forgetSamples(pool);
}

async function sample({ pool, log }: Engine, namespace: string, look: () => Promise<NamespaceUse>): Promise<void> {
  const { containers, isCut } = await look();
  const saved = await saveSamples(pool, namespace, containers.map(sampledOf));
  if (isCut || saved.isCut) log.warn({ namespace }, 'there are more containers than samples are kept of');
}

const sampledOf = ({ pod, uid, container, restarts, memory, memoryLimit }: ContainerUse): Sampled => ({
  pod,
  uid,
  container,
  restarts,
  ...(memory === undefined ? {} : { memoryBytes: memory }),
  ...(memoryLimit === undefined ? {} : { limitBytes: memoryLimit }),
});

/** Nothing where the database does not answer: what is seen now is said all the same, and that no history was read. */
export async function historyOf({ pool, log }: Engine, { targets }: IssueType): Promise<{ samples?: Sample[] }> {
  const namespace = targets['namespace'];
  if (namespace === undefined) return {};
  try {
    return { samples: await readSamples(pool, namespace, historyMs) };
  } catch (error) {
    log.warn({ err: error, namespace }, 'the samples of a namespace could not be read');
    return {};
  }
}
