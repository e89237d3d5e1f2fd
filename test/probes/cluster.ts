/** A cluster over objects as the API gives them: it selects as the API does, and refuses and cuts off what it is told to. */
import { z } from 'zod';
import type { Cluster, Kind, Listing, LogAsked, PodAddress, Ran, Right } from '../../src/diagnosis/cluster.ts';
import { CannotSee } from '../../src/errors.ts';

export interface ApiObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string | undefined;
    labels?: Record<string, string> | undefined;
    [field: string]: unknown;
  };
  [field: string]: unknown;
}

export interface Told {
  /** each with its kind, or by group and plural: `apps/deployments`, of the core `pods` */
  objects?: ApiObject[] | Record<string, object[]>;
  /** by `namespace/pod/container`, with ` --previous` behind it for the run before; or by pod */
  logs?: Record<string, string[]>;
  /** containers without told logs have said nothing, rather than not being there */
  silent?: boolean;
  /** left out, no command may be run; of others there is no such file */
  execs?: { pod: string; command: string[]; answer: Ran | CannotSee }[];
  /** plurals, also `pods/log`, that the account may not read */
  forbidden?: string[];
  /** what is refused for another reason, by group and plural */
  refused?: Record<string, CannotSee>;
  /** as many as a list gives before it is cut */
  cap?: number;
  /** lists that were longer than what they give, by group and plural */
  cut?: string[];
}

interface Asked {
  lists: string[];
  logs: string[];
  execs: string[];
}

const plurals: Record<string, string> = {
  Pod: 'pods',
  Event: 'events',
  Service: 'services',
  Node: 'nodes',
  ResourceQuota: 'resourcequotas',
  Deployment: 'deployments',
  ReplicaSet: 'replicasets',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
  EndpointSlice: 'endpointslices',
  HorizontalPodAutoscaler: 'horizontalpodautoscalers',
  PodDisruptionBudget: 'poddisruptionbudgets',
};

const keyOf = ({ group, plural }: Kind): string => (group === '' ? plural : `${group}/${plural}`);

function keyOfObject({ apiVersion, kind }: ApiObject): string {
  const [group = ''] = apiVersion.includes('/') ? apiVersion.split('/') : [];
  return keyOf({ group, version: '', plural: plurals[kind] ?? kind });
}

const objectsOf = (objects: ApiObject[] | Record<string, object[]>, kind: Kind): object[] =>
  Array.isArray(objects) ? objects.filter((one) => keyOfObject(one) === keyOf(kind)) : (objects[keyOf(kind)] ?? []);

const Meta = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
  }),
});

export function clusterOver(told: Told): Cluster & { asked: Asked } {
  const { objects = [], logs = {}, silent = false, execs, cap = 5_000, cut = [] } = told;
  const asked: Asked = { lists: [], logs: [], execs: [] };
  return {
    asked,
    async list<Row>(listing: Listing<Row>) {
      const { kind, namespace, labels } = listing;
      asked.lists.push([keyOf(kind), namespace, labels].filter((word) => word !== undefined).join(' '));
      refuse(told, 'list', keyOf(kind));
      const found = objectsOf(objects, kind).filter((item) => isMeant(Meta.parse(item).metadata, listing));
      const isCut = found.length > cap || cut.includes(keyOf(kind));
      return { rows: found.slice(0, cap).map((item) => listing.parse(item)), isCut };
    },
    async logs({ namespace, pod, container, previous, tailLines }: LogAsked) {
      refuse(told, 'get', 'pods/log');
      const key = [namespace, pod, container].join('/') + (previous === true ? ' --previous' : '');
      asked.logs.push(key);
      const lines = logs[key] ?? logs[pod] ?? (silent ? [] : undefined);
      if (!lines) throw new CannotSee('absent', `no logs of ${key}`);
      return { lines: lines.slice(-tailLines), isCut: lines.length > tailLines };
    },
    async exec({ pod, command }: PodAddress & { command: readonly string[] }) {
      asked.execs.push([pod, ...command].join(' '));
      if (!execs) throw new CannotSee('forbidden', `not allowed: exec in ${pod}`);
      const found = execs.find((one) => one.pod === pod && one.command.every((word, n) => command[n] === word));
      if (found?.answer instanceof CannotSee) throw found.answer;
      return found?.answer ?? { exitCode: 1, stdout: '', stderr: `cat: ${command[1]}: No such file or directory` };
    },
    async may({ kind }: Right) {
      return forbiddenIn(told, keyOf(kind)) === undefined;
    },
  };
}

const forbiddenIn = ({ forbidden = [] }: Told, key: string): string | undefined =>
  forbidden.find((one) => key === one || key.endsWith(`/${one}`));

function refuse(told: Told, verb: string, key: string): void {
  const refusal = told.refused?.[key];
  if (refusal) throw refusal;
  const forbidden = forbiddenIn(told, key);
  if (forbidden === undefined) return;
  const what = `${verb} ${forbidden}`;
  throw new CannotSee('forbidden', `not allowed: ${what}`, { grant: what });
}

function isMeant(
  { name, namespace, labels }: z.infer<typeof Meta>['metadata'],
  listing: Pick<Listing<unknown>, 'namespace' | 'labels' | 'fields'>,
): boolean {
  if (listing.fields !== undefined && !listing.fields.startsWith('metadata.name='))
    throw new Error(`this cluster selects by no such fields: ${listing.fields}`);
  if (listing.fields !== undefined && listing.fields !== `metadata.name=${name}`) return false;
  return namespace === listing.namespace && isSelected(labels, listing.labels);
}

/** `a=b,c=d`; other selectors are not spoken here. */
function isSelected(labels: Record<string, string>, selector = ''): boolean {
  return selector
    .split(',')
    .filter((part) => part !== '')
    .every((part) => {
      const [key = '', value, ...more] = part.split('=');
      if (value === undefined || more.length > 0 || /[!\s()]/.test(part)) throw new Error(`not spoken: ${part}`);
      return labels[key] === value;
    });
}
