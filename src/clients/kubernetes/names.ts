/** Names that may stand in a path of the API. A name may come from Slack: `..` in it would walk into another namespace. */
import type { Kind, PodAddress } from '../../diagnosis/cluster.ts';
import { CannotSee } from '../../errors.ts';

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const isLabel = (name: string): boolean => new RegExp(`^${label}$`).test(name);
const isSubdomain = (name: string): boolean =>
  name.length <= 253 && new RegExp(`^${label}(?:\\.${label})*$`).test(name);

function named(what: string, name: string, isOne: (name: string) => boolean): string {
  if (isOne(name)) return name;
  throw new CannotSee('absent', `${JSON.stringify(name.slice(0, 80))} is no name of a ${what}: nothing was asked`);
}

const rootOf = ({ group, version }: Kind): string => (group === '' ? `/api/${version}` : `/apis/${group}/${version}`);

export function pathOfList(kind: Kind, namespace: string | undefined): string {
  const inside = namespace === undefined ? '' : `/namespaces/${named('namespace', namespace, isLabel)}`;
  return `${rootOf(kind)}${inside}/${kind.plural}`;
}

export function pathOfPod({ namespace, pod, container }: PodAddress, subresource: 'log' | 'exec'): string {
  if (container !== undefined) named('container', container, isLabel);
  const inside = `/namespaces/${named('namespace', namespace, isLabel)}`;
  return `/api/v1${inside}/pods/${named('pod', pod, isSubdomain)}/${subresource}`;
}
