/** A cluster over a list of objects as the API gives them: it selects as the API does and refuses what it is not told. */
import type { Cluster, Kind, Listing, LogAsked, PodAddress, Right } from '../../src/diagnosis/cluster.ts';
import { kinds } from '../../src/diagnosis/cluster.ts';
import { CannotSee } from '../../src/errors.ts';
import { keyOf } from './api.ts';

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
  objects?: ApiObject[];
  /** by `namespace/pod/container`, with `--previous` behind it for the run before */
  logs?: Record<string, string[]>;
  /** plurals that the account may not list */
  forbidden?: string[];
  /** containers without told logs have said nothing, rather than not being there */
  silent?: boolean;
  /** as many as a list gives before it is cut */
  cap?: number;
}

interface Asked {
  lists: string[];
  logs: string[];
}

const kindNames: Record<string, string> = {
  pods: 'Pod',
  events: 'Event',
  services: 'Service',
  nodes: 'Node',
  resourcequotas: 'ResourceQuota',
  deployments: 'Deployment',
  replicasets: 'ReplicaSet',
  statefulsets: 'StatefulSet',
  daemonsets: 'DaemonSet',
  endpointslices: 'EndpointSlice',
  horizontalpodautoscalers: 'HorizontalPodAutoscaler',
  poddisruptionbudgets: 'PodDisruptionBudget',
};

const groupOf = ({ group, version }: Kind): string => (group === '' ? version : `${group}/${version}`);

export function clusterOver({
  objects = [],
  logs = {},
  forbidden = [],
  silent = false,
  cap = 5_000,
}: Told): Cluster & { asked: Asked } {
  const asked: Asked = { lists: [], logs: [] };
  const refuse = (verb: string, plural: string): void => {
    if (!forbidden.includes(plural)) return;
    throw new CannotSee('forbidden', `not allowed: ${verb} ${plural}`, { grant: `${verb} ${plural}` });
  };
  return {
    asked,
    async list<Row>({ kind, namespace, labels, fields, parse }: Listing<Row>) {
      asked.lists.push([keyOf(kind), namespace, labels].filter((word) => word !== undefined).join(' '));
      refuse('list', kind.plural);
      if (fields !== undefined) throw new Error(`this cluster selects by no fields: ${fields}`);
      const found = objects.filter(
        (one) =>
          one.kind === kindNames[kind.plural] &&
          one.apiVersion === groupOf(kind) &&
          one.metadata.namespace === namespace &&
          isSelected(one.metadata.labels ?? {}, labels),
      );
      return { rows: found.slice(0, cap).map(parse), isCut: found.length > cap };
    },
    async logs({ namespace, pod, container, previous, tailLines }: LogAsked) {
      refuse('get', kinds.pods.plural + '/log');
      const key = [namespace, pod, container].join('/') + (previous === true ? ' --previous' : '');
      asked.logs.push(key);
      const lines = logs[key];
      if (!lines && silent) return { lines: [], isCut: false };
      if (!lines) throw new CannotSee('absent', `no logs of ${key}`);
      return { lines: lines.slice(-tailLines), isCut: lines.length > tailLines };
    },
    async exec({ pod }: PodAddress) {
      throw new CannotSee('forbidden', `not allowed: exec in ${pod}`);
    },
    async may({ kind }: Right) {
      return !forbidden.includes(kind.plural);
    },
  };
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
