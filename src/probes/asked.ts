/** What every look into the cluster shares: the client, the namespace, instants and quantities parsed at the edge. */
import { z } from 'zod';
import type { Cluster } from '../diagnosis/cluster.ts';
import type { Surroundings } from '../diagnosis/diagnosis.ts';
import { quantity } from '../diagnosis/quantity.ts';
import { reasonOf } from '../diagnosis/words.ts';
import { CannotSee } from '../errors.ts';
import type { IssueType } from '../incident/policy.ts';

export function clusterOf({ clients: { cluster } }: Surroundings): Cluster {
  if (!cluster) throw new CannotSee('absent', 'no cluster to look at is configured (KUBECONFIG)');
  return cluster;
}

export function namespaceOf({ targets, id }: IssueType): string {
  const name = targets['namespace'];
  if (name === undefined) throw new CannotSee('absent', `the runbook names no namespace under the targets of ${id}`);
  return name;
}

/** Of lists a date perhaps, of raw objects a text. */
export const When = z
  .union([z.string(), z.date()])
  .transform((at) => (typeof at === 'string' ? Date.parse(at) : at.getTime()))
  .refine((at) => !Number.isNaN(at), 'is no instant');

/** The API writes null where it means nothing. */
export const maybe = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);

export const several = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .array(schema)
    .nullish()
    .transform((values) => values ?? []);

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
