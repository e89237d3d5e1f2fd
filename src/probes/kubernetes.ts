/** What every look at a cluster shares: having one, naming its namespace, and reading what its objects have in common. */
import { z } from 'zod';
import type { Cluster, Kind, Listed } from '../diagnosis/cluster.ts';
import type { Surroundings } from '../diagnosis/diagnosis.ts';
import type { Condition } from '../diagnosis/pod.ts';
import { quantity } from '../diagnosis/quantity.ts';
import { askedOnce } from '../diagnosis/shared.ts';
import { reasonOf } from '../diagnosis/words.ts';
import { CannotSee } from '../errors.ts';
import type { IssueType } from '../incident/policy.ts';

export function clusterOf({ clients }: Surroundings): Cluster {
  if (clients.cluster) return clients.cluster;
  throw new CannotSee('absent', 'no cluster to look at is configured (KUBECONFIG)');
}

/** Objects of a kind, asked for once per run with the same namespace and labels, whoever asks. */
export function listedOnce<Row>(kind: Kind, parse: (item: unknown) => Row) {
  const list = askedOnce((cluster: Cluster, namespace: string | undefined, labels: string | undefined) =>
    cluster.list({
      kind,
      parse,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
    }),
  );
  // words left out and words that are undefined are the same question
  return (cluster: Cluster, namespace?: string, labels?: string): Promise<Listed<Row>> =>
    list(cluster, namespace, labels);
}

const dnsName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** It becomes part of an address: what is no plain name is refused. */
export function namespaceOf({ targets }: IssueType): string {
  const name = targets['namespace'] ?? '';
  if (dnsName.test(name)) return name;
  throw new CannotSee('absent', `the runbook names no usable namespace: ${JSON.stringify(name.slice(0, 80))}`);
}

/** An instant; clients that read types give a date, others text. */
export const time = z
  .union([z.string(), z.date()])
  .transform((at) => new Date(at).getTime())
  .refine(Number.isFinite);

/** The API writes null where it means nothing. */
export const maybe = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);

export const several = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .array(schema)
    .nullish()
    .transform((values) => values ?? []);

export const words = z
  .record(z.string(), z.coerce.string())
  .nullish()
  .transform((values) => values ?? {});

const OwnerReference = z.object({ kind: z.string(), name: z.string(), controller: maybe(z.boolean()) });

export const Metadata = z.object({
  name: z.string(),
  namespace: z.string().default(''),
  uid: z.string().default(''),
  labels: words,
  annotations: words,
  creationTimestamp: maybe(time),
  deletionTimestamp: maybe(time),
  finalizers: several(z.string()),
  ownerReferences: several(OwnerReference),
});
export type Metadata = z.infer<typeof Metadata>;

export const Conditioned = z
  .object({
    type: z.string(),
    status: z.string(),
    reason: maybe(z.string()),
    message: maybe(z.string()),
    lastTransitionTime: maybe(time),
    lastUpdateTime: maybe(time),
  })
  .transform(
    ({ lastTransitionTime, lastUpdateTime, ...said }): Condition => ({
      ...said,
      since: lastTransitionTime,
      saidAt: lastUpdateTime,
    }),
  );

export const controllerOf = ({ ownerReferences }: Metadata): { kind: string; name: string } | undefined =>
  ownerReferences.find(({ controller }) => controller === true);

/** A sentence for a list that was longer than what is read of it. */
export const cutOff = (what: string, isCut: boolean, read: number): string[] =>
  isCut ? [`there are more ${what} than the ${read} that were read`] : [];

/** A sentence for what was known of and not looked at, so that it is not called well. */
export const leftOut = (what: string, known: number, seen: number): string[] =>
  known > seen ? [`of ${known} ${what} only ${seen} were looked at`] : [];

/** Absent where it is no quantity: a limit that nobody can read is none that could be compared with. */
export const Quantity = maybe(z.union([z.string(), z.number()])).transform((text) =>
  text === undefined ? undefined : quantity(String(text)),
);

/** Why not, with what an administrator would have to allow. */
export const whyNot = (error: unknown): string =>
  error instanceof CannotSee && error.grant !== undefined
    ? `${reasonOf(error)} (it takes the right to ${error.grant})`
    : reasonOf(error);

/** As kubectl takes it, with the space before it; nothing where the runbook names none. */
export const labelled = ({ targets }: IssueType): string =>
  targets['label'] === undefined ? '' : ` -l ${targets['label']}`;
