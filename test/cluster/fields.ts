/** What fields objects of a kind have, on a real control plane and in the sandbox. */
import { z } from 'zod';
import type { Contact } from '../../src/sandbox/cluster/real/contact.ts';
import { apiOf, resources } from '../../src/sandbox/cluster/resources.ts';

/** Every field with its type, lists and free keys as one. */
function fieldsOf(value: unknown, path = ''): string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((one) => fieldsOf(one, `${path}[]`));
  if (typeof value !== 'object') return [`${path}: ${typeof value}`];
  return Object.entries(value).flatMap(([key, one]) => fieldsOf(one, `${path}.${key}`));
}

/** The kubelet's part, which kwok does not play; only in ours. */
const ofKubelets = /^\.status\.(hostIPs|containerStatuses\[\]\.(containerID|imageID))/;

/** Written down by the API for its own use, or by a cluster with zones, and read by none of us. */
const unread =
  /^\.metadata\.(managedFields|resourceVersion)|topology\.kubernetes\.io\/zone|^\.endpoints\[\]\.zone|^\.metadata\.annotations\.endpoints/;

/** Of each: what only one of both has. */
export function differences(ours: unknown[], real: unknown[]): Record<'invented' | 'missing', string[]> {
  const [mine, theirs] = [ours, real].map((all) => new Set(all.flatMap((one) => fieldsOf(one))));
  const only = (those: Set<string> | undefined, others: Set<string> | undefined): string[] =>
    [...(those ?? [])].filter((field) => !others?.has(field) && !unread.test(field));
  return { invented: only(mine, theirs).filter((field) => !ofKubelets.test(field)), missing: only(theirs, mine) };
}

const Items = z.object({ items: z.array(z.unknown()) });

interface Wanted {
  kind: string;
  namespace: string;
  /** what stands in the text of the list once it is as it will stay */
  isSettled: RegExp;
}

export async function realOf(contact: Contact, { kind, namespace, isSettled }: Wanted): Promise<unknown[]> {
  const resource = resources.find((one) => one.kind === kind);
  if (!resource) throw new Error(`no resource of kind ${kind}`);
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${apiOf(resource)}`;
  const path = `${root}/namespaces/${namespace}/${resource.plural}`;
  const listed = await contact.until(path, (found) => isSettled.test(JSON.stringify(found)), 120_000);
  return Items.parse(listed).items;
}
