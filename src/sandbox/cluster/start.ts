/** A Kubernetes API over TLS on loopback that plays scenes: good enough for kubectl and for client libraries. */
import type { Duplex } from 'node:stream';
import { type Faults, makeFaults } from '../faults.ts';
import { startServer } from '../http.ts';
import { answer } from './answer.ts';
import { makeIdentity } from './certificate.ts';
import type { ClusterFault } from './effects.ts';
import { kubeconfigText } from './kubeconfig.ts';
import { withNames } from './objects/names.ts';
import type { ApiObject } from './objects/object.ts';
import { objectsOf } from './objects/objects.ts';
import { type Accounts, everything } from './rights.ts';
import type { Call, ClusterState, Scenes } from './state.ts';
import { makeStore } from './store.ts';
import { upgrade } from './upgrade.ts';

export interface ClusterSettings {
  /** besides `admin`, which may do everything */
  accounts?: Accounts;
  now?: () => Date;
  port?: number;
  /** how long a deleted pod takes to end */
  terminationMs?: number;
}

export interface LocalCluster {
  url: string;
  /** PEM */
  ca: string;
  /** as text, for `admin` where no token is named; its namespace is the first scene's */
  kubeconfig(token?: string): string;
  /** these scenes from now on, in the place of all others */
  set(scenes: Scenes): void;
  /** by call: `list pods`, `get pods/log`, `get pods/exec`, `list pods.metrics.k8s.io` */
  faults: Faults<ClusterFault>;
  /** every request, refused ones too, except from unknown tokens */
  requests: Call[];
  /** forgets the past: pages begun and watches from before end with 410 */
  compact(): void;
  /** once, however often it is asked */
  stop(): Promise<void>;
}

export async function startCluster(scenes: Scenes, settings: ClusterSettings = {}): Promise<LocalCluster> {
  const state = stateOf(scenes, settings);
  const identity = makeIdentity();
  const server = await startServer(
    (request, response, body) => answer(state, { request, response, body }),
    settings.port,
    identity,
  );
  const upgraded = new Set<Duplex>();
  server.server.on('upgrade', (request, socket) => {
    upgraded.add(socket.once('close', () => upgraded.delete(socket)));
    upgrade(state, request, socket);
  });
  const stop = async (): Promise<void> => {
    for (const socket of upgraded) socket.destroy();
    await server.stop();
  };
  let stopped: Promise<void> | undefined;
  return {
    url: server.url,
    ca: identity.ca,
    kubeconfig: (token = 'admin') => {
      const namespace = Object.keys(state.scenes)[0] ?? 'default';
      return kubeconfigText({ url: server.url, ca: identity.ca, token, namespace });
    },
    set: (wanted) => put(state, wanted),
    faults: state.faults,
    requests: state.requests,
    compact: () => state.store.compact(),
    stop: () => (stopped ??= stop()),
  };
}

function stateOf(scenes: Scenes, settings: ClusterSettings): ClusterState {
  const { accounts = {}, now = () => new Date(), terminationMs = 20 } = settings;
  const state: ClusterState = {
    scenes: {},
    store: makeStore(),
    snapshots: new Map(),
    accounts: { admin: { user: 'admin', rules: everything }, ...accounts },
    faults: makeFaults<ClusterFault>(),
    requests: [],
    now,
    terminationMs,
  };
  put(state, scenes);
  return state;
}

/** Nodes stand in no namespace: what one scene tells of a node holds for all. */
function put(state: ClusterState, scenes: Scenes): void {
  const now = state.now();
  const told = Object.values(scenes).flatMap(({ nodes = [] }) => nodes);
  const objects = Object.entries(scenes).flatMap(([namespace, scene]) =>
    objectsOf({ ...scene, nodes: told }, { namespace, now }),
  );
  state.scenes = Object.fromEntries(Object.entries(scenes).map(([name, scene]) => [name, withNames(scene)]));
  state.store.replace([...namespaces(Object.keys(scenes), now), ...objects]);
}

const namespaces = (names: string[], now: Date): ApiObject[] =>
  [...new Set(['default', 'kube-system', ...names])].map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      uid: name,
      creationTimestamp: `${now.toISOString().slice(0, 19)}Z`,
      labels: { 'kubernetes.io/metadata.name': name },
    },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  }));
