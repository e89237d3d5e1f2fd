/** A cluster of 5,000 pods and 500 services, as a process of its own. */
import { writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import type { Workload } from '../../src/sandbox/cluster/scene.ts';
import { startCluster } from '../../src/sandbox/cluster/start.ts';
import { kong } from '../../src/sandbox/scenarios/gateway-stage.ts';

// in production it computes on machines of its own: here it has what is left of the cores
setPriority(constants.priority.PRIORITY_LOW);

const { KUBECONFIG = '' } = process.env;
const podsEach = 10;
const names = Array.from({ length: 500 }, (_, n) => `service-${n}`);

const workload = (name: string): Workload => ({
  kind: 'deployment',
  name,
  containers: [{ name: 'app', memoryLimit: '512Mi', memoryRequest: '128Mi', ports: [{ port: 8_080 }] }],
  pods: Array.from({ length: podsEach }, () => ({ containers: { app: { memory: '180Mi' } } })),
});

const cluster = await startCluster({
  production: {
    nodes: Array.from({ length: 50 }, (_, n) => ({ name: `node-${n}` })),
    workloads: [kong(), ...names.map(workload)],
    services: names.map((name) => ({ name, selects: { app: name }, port: 80, targetPort: 8_080 })),
  },
});
writeFileSync(KUBECONFIG, cluster.kubeconfig());
console.log('started');
