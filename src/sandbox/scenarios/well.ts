/** The company's cluster as it stands when nothing is wrong, and what a scenario changes about it. */
import { podsOf } from '../cluster/objects/names.ts';
import type { Scene, Workload } from '../cluster/scene.ts';
import type { Scenes } from '../cluster/state.ts';
import { group, inside } from './control-group.ts';
import { atWork } from './database-stage.ts';
import { chatter, scene as engineScene } from './engine-scenes.ts';
import { api, apiService, kong, well as wellPods } from './gateway-stage.ts';

export const namespace = 'production';

const server = (name: string, port: number, lines: [ago: number, line: string][]): Workload => ({
  kind: 'statefulset',
  name,
  containers: [{ name, memoryLimit: '1Gi', memoryRequest: '256Mi', ports: [{ port }] }],
  pods: [{ containers: { [name]: { memory: '180Mi', logs: lines } } }],
});

const well: Scene = engineScene([{ logs: chatter() }, { logs: chatter() }], {
  nodes: [{ name: 'node-1' }, { name: 'node-2' }],
  workloads: [
    kong(),
    api(wellPods),
    server('pgbouncer', 6432, atWork),
    server('postgres', 5432, [[4, 'LOG:  checkpoint complete: wrote 41 buffers']]),
  ],
  services: [apiService],
  leases: [{ name: 'workflow-engine-leader', holder: 'workflow-engine-0_5f1c', seconds: 86_400, renewed: 0.1 }],
  networkPolicies: [{ name: 'engine-egress', selects: { app: 'workflow-engine' }, egress: true, changed: 43_200 }],
});

const system: Scene = {
  workloads: [{ kind: 'deployment', name: 'coredns', labels: { 'k8s-app': 'kube-dns' }, pods: [{}, {}] }],
};

/** What a scene tells stands in the place of what is called the same; the rest is well. */
export const around = (scene: Scene = {}): Scenes => ({ [namespace]: readable(over(scene)), 'kube-system': system });

function over(scene: Scene): Scene {
  const told = new Set(scene.workloads?.map(({ name }) => name));
  return {
    ...well,
    ...scene,
    nodes: unlessTold(well.nodes, scene.nodes),
    workloads: unlessTold(well.workloads, scene.workloads),
    services: unlessTold(
      well.services?.filter(({ name }) => !told.has(name)),
      scene.services,
    ),
  };
}

const unlessTold = <Named extends { name: string }>(usual: Named[] = [], told: Named[] = []): Named[] => [
  ...told,
  ...usual.filter(({ name }) => !told.some((one) => one.name === name)),
];

/** Every container whose memory is told can be looked into. */
function readable(scene: Scene): Scene {
  const { workloads = [], execs = [] } = scene;
  const told = new Set(execs.map(({ pod }) => pod));
  const groups = workloads
    .flatMap(podsOf)
    .flatMap(({ name, containers = {} }) =>
      Object.values(containers).map(({ memory = '64Mi' }) => inside(name, group({ current: Number.parseInt(memory) }))),
    );
  return { ...scene, execs: [...execs, ...groups.filter(({ pod }) => !told.has(pod))] };
}
