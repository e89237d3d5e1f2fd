/** A pod as the API gives it, made into the narrow one that rules read. */
import { z } from 'zod';
import type { Checkup, Container, Ended, Pod } from '../diagnosis/pod.ts';
import { oneLine } from '../diagnosis/words.ts';
import { Conditioned, controllerOf, Metadata, maybe, several, time, words } from './kubernetes.ts';
import { reader } from './reader.ts';

const port = z.union([z.number(), z.string()]);

const Checkup = z
  .object({
    httpGet: maybe(z.object({ path: z.string().default('/'), port })),
    tcpSocket: maybe(z.object({ port })),
    grpc: maybe(z.object({ port })),
    exec: maybe(z.object({ command: several(z.string()) })),
    initialDelaySeconds: z.number().default(0),
    periodSeconds: z.number().default(10),
    failureThreshold: z.number().default(3),
  })
  .transform(
    (given): Checkup => ({
      what: whatOf(given),
      delayMs: given.initialDelaySeconds * 1_000,
      periodMs: given.periodSeconds * 1_000,
      failures: given.failureThreshold,
    }),
  );

function whatOf({ httpGet, tcpSocket, grpc, exec }: z.input<typeof Checkup>): string {
  if (httpGet) return `http ${oneLine(httpGet.path ?? '/', 80)} on port ${httpGet.port}`;
  if (tcpSocket) return `tcp on port ${tcpSocket.port}`;
  if (grpc) return `grpc on port ${grpc.port}`;
  return commandOf(exec?.command ?? []);
}

const shell = /^(?:ba|da|a|z|k)?sh$/;

/** Only its program: what follows holds passwords, in as many ways as there are programs. */
function commandOf([first = '', ...more]: string[]): string {
  const [program = ''] = oneLine(first).split(' ', 1);
  const name = oneLine(program.slice(program.lastIndexOf('/') + 1), 40);
  if (shell.test(name) && more.length > 0) return 'a shell command';
  return `command ${name}${more.length > 0 ? ' …' : ''}`.trim();
}

const Ended = z
  .object({
    reason: maybe(z.string()),
    exitCode: z.number(),
    message: maybe(z.string()),
    finishedAt: maybe(time),
  })
  .transform(
    ({ reason, exitCode, message, finishedAt }): Ended => ({
      reason: reason ?? 'no reason given',
      exitCode,
      message,
      at: finishedAt,
    }),
  );

/** quantities as they are written */
const Sizes = z
  .object({ limits: words, requests: words })
  .nullish()
  .transform((sizes) => sizes ?? { limits: {}, requests: {} });

const Spec = z.object({
  name: z.string(),
  image: z.string().default(''),
  resources: Sizes,
  ports: several(z.object({ name: maybe(z.string()), containerPort: z.number() })),
  readinessProbe: maybe(Checkup),
  livenessProbe: maybe(Checkup),
  startupProbe: maybe(Checkup),
  restartPolicy: maybe(z.string()),
});

const State = z
  .object({
    waiting: maybe(z.object({ reason: z.string().default('Waiting'), message: maybe(z.string()) })),
    running: maybe(z.object({ startedAt: maybe(time) })),
    terminated: maybe(Ended),
  })
  .partial();

const Status = z.object({
  name: z.string(),
  ready: z.boolean().default(false),
  started: maybe(z.boolean()),
  restartCount: z.number().default(0),
  state: State.nullish().transform((state) => state ?? {}),
  lastState: State.nullish().transform((state) => state ?? {}),
});
/** of a container that the kubelet has not spoken of yet */
const unsaid = Status.parse({ name: '' });

export const PodRow = z.object({
  // pods are told apart by it: without one they would all be the same pod
  metadata: Metadata.extend({ uid: z.string().min(1) }),
  spec: z.object({ nodeName: maybe(z.string()), containers: several(Spec), initContainers: several(Spec) }),
  status: z.object({
    phase: z.string().default('Unknown'),
    reason: maybe(z.string()),
    message: maybe(z.string()),
    podIP: maybe(z.string()),
    conditions: several(Conditioned),
    containerStatuses: several(Status),
    initContainerStatuses: several(Status),
  }),
});
const readRow = reader(PodRow);

/** Its owner is the one that the API names: a replica set, not yet its deployment. */
export function podOf(item: unknown): Pod {
  const { metadata, spec, status } = readRow(item);
  const { name, namespace, uid, labels, annotations, finalizers, creationTimestamp = 0, deletionTimestamp } = metadata;
  const { nodeName, containers, initContainers } = spec;
  const controller = controllerOf(metadata);
  const { phase, reason, message, podIP, conditions } = status;
  return {
    name,
    namespace,
    uid,
    labels,
    finalizers,
    phase,
    reason,
    message,
    conditions,
    owner: controller && { kind: controller.kind.toLowerCase(), name: controller.name, pods: 1 },
    hash: labels['pod-template-hash'] ?? labels['controller-revision-hash'],
    node: nodeName,
    ip: podIP,
    createdAt: creationTimestamp,
    goneBy: deletionTimestamp,
    containers: [
      ...initContainers.map((one) => containerOf(one, status.initContainerStatuses, true)),
      ...containers.map((one) => containerOf(one, status.containerStatuses, false)),
    ],
    defaultContainer: annotations['kubectl.kubernetes.io/default-container'],
  };
}

function containerOf(spec: z.infer<typeof Spec>, statuses: z.infer<typeof Status>[], isInit: boolean): Container {
  const status = statuses.find(({ name }) => name === spec.name) ?? unsaid;
  const { name, image, resources, readinessProbe, livenessProbe, startupProbe } = spec;
  return {
    name,
    isInit,
    isSidecar: isInit && spec.restartPolicy === 'Always',
    image,
    isReady: status.ready,
    isStarted: status.started,
    restarts: status.restartCount,
    waiting: status.state.waiting,
    runningSince: status.state.running?.startedAt,
    ended: status.state.terminated,
    last: status.lastState.terminated,
    ...resources,
    ports: spec.ports.map(({ name, containerPort }) => ({ name, port: containerPort })),
    readiness: readinessProbe,
    liveness: livenessProbe,
    startup: startupProbe,
  };
}
