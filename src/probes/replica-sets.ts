/** Replica sets: the revisions of deployments, each with the template that it stands for. */
import { z } from 'zod';
import { kinds } from '../diagnosis/cluster.ts';
import type { ReplicaSet, Template } from '../diagnosis/workload.ts';
import { Conditioned, controllerOf, listedOnce, Metadata, maybe, several, words } from './kubernetes.ts';
import { reader } from './reader.ts';

const Container = z.object({
  name: z.string(),
  image: z.string().default(''),
  resources: maybe(z.object({ limits: words, requests: words })),
  env: several(z.looseObject({ name: z.string() })),
});

const Template = z.object({ spec: z.object({ containers: several(Container), initContainers: several(Container) }) });

const Row = z.object({
  metadata: Metadata,
  spec: z.object({ template: Template }),
  status: maybe(z.object({ conditions: several(Conditioned) })),
});
const readRow = reader(Row);

function replicaSetOf(item: unknown): ReplicaSet {
  const { metadata, spec, status } = readRow(item);
  const controller = controllerOf(metadata);
  return {
    name: metadata.name,
    uid: metadata.uid,
    deployment: controller?.kind === 'Deployment' ? controller.name : undefined,
    hash: metadata.labels['pod-template-hash'] ?? '',
    revision: Number(metadata.annotations['deployment.kubernetes.io/revision'] ?? 0),
    createdAt: metadata.creationTimestamp ?? 0,
    template: templateOf(spec.template),
    conditions: status?.conditions ?? [],
  };
}

const templateOf = ({ spec }: z.infer<typeof Template>): Template =>
  Object.fromEntries(
    [...spec.initContainers, ...spec.containers].map(({ name, image, resources, env }) => [
      name,
      {
        image,
        sizes: { ...named(resources?.limits, 'limit'), ...named(resources?.requests, 'request') },
        variables: Object.fromEntries(env.map((one) => [one.name, JSON.stringify(one)])),
      },
    ]),
  );

const named = (sizes: Record<string, string> = {}, what: string): Record<string, string> =>
  Object.fromEntries(Object.entries(sizes).map(([name, size]) => [`${name} ${what}`, size]));

export const listReplicaSets = listedOnce(kinds.replicaSets, replicaSetOf);
