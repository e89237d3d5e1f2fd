/** Services, and the slices and Endpoints that their controllers derive from the pods. */
import type { ServiceScene } from '../scene.ts';
import { type ApiObject, carries, isReady, type Meta, type Pod } from './object.ts';
import { ago, madeUp, metaOf, oneByte, ownerOf, type Place } from './place.ts';

export function serviceObjects(place: Place, scene: ServiceScene, pods: Pod[]): ApiObject[] {
  const service = serviceOf(place, scene);
  const { selects } = scene;
  if (!selects) return [service];
  const backends = pods.filter((pod) => carries(pod.metadata.labels, selects) && isAddressed(pod));
  return [service, sliceOf(place, { scene, service, backends }), endpointsOf(place, { scene, service, backends })];
}

const isAddressed = ({ status }: Pod): boolean =>
  status.podIP !== undefined && status.phase !== 'Failed' && status.phase !== 'Succeeded';

function serviceOf(place: Place, { name, selects, port, targetPort, external }: ServiceScene): ApiObject {
  const clusterIP = `10.96.${oneByte(place.namespace)}.${oneByte(name)}`;
  const addressed = {
    clusterIP,
    clusterIPs: [clusterIP],
    type: 'ClusterIP',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    internalTrafficPolicy: 'Cluster',
  };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metaOf(place, 'Service', { name }),
    spec: {
      ports: [{ protocol: 'TCP', port, targetPort }],
      selector: selects,
      sessionAffinity: 'None',
      ...(external === undefined ? addressed : { type: 'ExternalName', externalName: external }),
    },
    status: { loadBalancer: {} },
  };
}

interface Parts {
  scene: ServiceScene;
  service: ApiObject;
  backends: Pod[];
}

/** A port by name is what the pods call so: where none does, the slice has no port. */
function portOf({ targetPort }: ServiceScene, backends: Pod[]): number | undefined {
  if (typeof targetPort === 'number') return targetPort;
  const ports = backends.flatMap(({ spec }) => spec.containers.flatMap((container) => container.ports ?? []));
  return ports.find(({ name }) => name === targetPort)?.containerPort;
}

function sliceOf(place: Place, { scene, service, backends }: Parts): ApiObject {
  const { name } = scene;
  const port = portOf(scene, backends);
  const labels = {
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    'kubernetes.io/service-name': name,
  };
  const annotations = { 'endpoints.kubernetes.io/last-change-trigger-time': ago(place, 0) };
  const slice = `${name}-${madeUp(5, 'slice', name)}`;
  const ports = backends.length > 0 && port !== undefined ? [{ name: '', port, protocol: 'TCP' }] : null;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: metaOf(place, 'EndpointSlice', {
      name: slice,
      generateName: `${name}-`,
      generation: 1,
      labels,
      annotations,
      ownerReferences: [ownerOf(service)],
    }),
    addressType: 'IPv4',
    endpoints: backends.length > 0 ? backends.map(endpoint) : null,
    ports,
  };
}

function endpoint(pod: Pod): object {
  const isLeaving = pod.metadata.deletionTimestamp !== undefined;
  const serving = isReady(pod);
  return {
    addresses: [pod.status.podIP],
    conditions: { ready: serving && !isLeaving, serving, terminating: isLeaving },
    nodeName: pod.spec.nodeName,
    targetRef: reference(pod.metadata),
  };
}

const reference = ({ name, namespace, uid }: Meta): object => ({ kind: 'Pod', namespace, name, uid });

const address = (pod: Pod): object => ({
  ip: pod.status.podIP,
  nodeName: pod.spec.nodeName,
  targetRef: reference(pod.metadata),
});

function endpointsOf(place: Place, { scene, backends }: Parts): ApiObject {
  const { name } = scene;
  const port = portOf(scene, backends);
  const staying = backends.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const ready = staying.filter(isReady).map(address);
  const others = staying.filter((pod) => !isReady(pod)).map(address);
  const subset = {
    ...(ready.length > 0 && { addresses: ready }),
    ...(others.length > 0 && { notReadyAddresses: others }),
    ...(port !== undefined && { ports: [{ port, protocol: 'TCP' }] }),
  };
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: metaOf(place, 'Endpoints', {
      name,
      labels: { 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' },
    }),
    ...(staying.length > 0 && { subsets: [subset] }),
  };
}
