// One state, read with two versions of kubectl, with the client library and with the bot's client, on the control plane and in
// the sandbox: all say the same of pods, events and logs.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { z } from 'zod';
import { makeTargetCluster } from '../../src/clients/kubernetes/cluster.ts';
import { kinds } from '../../src/diagnosis/cluster.ts';
import { type Played, playOnCluster } from '../../src/sandbox/cluster/real/play.ts';
import { type LocalCluster, startCluster } from '../../src/sandbox/cluster/start.ts';
import { kubectl, kubectls } from '../sandbox/cluster/kubectl.ts';
import { night } from '../sandbox/cluster/night.ts';

const namespace = `agree-${process.pid}`;
const file = process.env['KUBECONFIG'] ?? '';

let played: Played;
let sandbox: LocalCluster;
beforeAll(async () => {
  played = await playOnCluster(night, file, namespace);
  sandbox = await startCluster({ [namespace]: night }, { now: () => played.now });
}, 60_000);
afterAll(async () => {
  await played.stop();
  await sandbox.stop();
}, 60_000);

/** Of every pod: whether its containers are ready, how often they were restarted, why they wait. */
const Pod = z
  .object({
    metadata: z.object({ name: z.string() }),
    status: z.object({
      containerStatuses: z
        .array(
          z.object({
            ready: z.boolean(),
            restartCount: z.number(),
            state: z.object({ waiting: z.object({ reason: z.string() }).nullish() }).nullish(),
          }),
        )
        .nullish(),
    }),
  })
  .transform(({ metadata: { name }, status: { containerStatuses } }) => ({
    name,
    containers: (containerStatuses ?? []).map((one) => [one.ready, one.restartCount, one.state?.waiting?.reason ?? '']),
  }));
const Event = z
  .object({
    involvedObject: z.object({ name: z.string() }),
    reason: z.string(),
    message: z.string(),
    count: z.number(),
  })
  .transform(({ involvedObject: { name }, ...said }) => ({ name, ...said }));
const Items = z.object({ items: z.array(z.unknown()) });

interface Told {
  pods: unknown[];
  events: unknown[];
  logs: string[];
}

const about = 'involvedObject.name=api-crashing';
const told = (pods: unknown[], events: unknown[], logs: string[]): Told => ({
  pods: pods.map((one) => Pod.parse(one)),
  events: events.map((one) => Event.parse(one)),
  logs: logs.map((text) => text.trimEnd()),
});

/** The running container's log of one pod, and that before the restart of another. */
const wanted = [
  { pod: 'api-unready', previous: false },
  { pod: 'api-crashing', previous: true },
];

async function byKubectl(path: string, config: string): Promise<Told> {
  const run = kubectl(path, config);
  const listed = async (...words: string[]): Promise<unknown[]> =>
    Items.parse(JSON.parse((await run(['get', ...words, '-n', namespace, '-o', 'json'])).out)).items;
  const logs = wanted.map(async ({ pod, previous }) => {
    const { out } = await run(['logs', pod, '-n', namespace, '--tail', '5', ...(previous ? ['--previous'] : [])]);
    return out;
  });
  return told(await listed('pods'), await listed('events', '--field-selector', about), await Promise.all(logs));
}

async function byLibrary(config: string): Promise<Told> {
  const kube = new KubeConfig();
  kube.loadFromString(config);
  const core = kube.makeApiClient(CoreV1Api);
  const logs = wanted.map(({ pod, previous }) =>
    core.readNamespacedPodLog({ name: pod, namespace, container: 'app', tailLines: 5, previous }),
  );
  const { items: pods } = await core.listNamespacedPod({ namespace });
  const { items: events } = await core.listNamespacedEvent({ namespace, fieldSelector: about });
  return told(pods, events, await Promise.all(logs));
}

async function byBot(config: string): Promise<Told> {
  const kubeconfig = join(mkdtempSync(join(tmpdir(), 'agree-')), 'kubeconfig');
  writeFileSync(kubeconfig, config);
  const cluster = makeTargetCluster({ kubeconfig });
  const rows = async (kind: (typeof kinds)['pods' | 'events'], fields?: string): Promise<unknown[]> =>
    (await cluster.list({ kind, namespace, parse: (item) => item, ...(fields === undefined ? {} : { fields }) })).rows;
  const logs = wanted.map(async ({ pod, previous }) => {
    const { lines } = await cluster.logs({ namespace, pod, container: 'app', tailLines: 5, previous });
    return lines.map((line) => line.replace(/^\S+ /, '')).join('\n');
  });
  try {
    return told(await rows(kinds.pods), await rows(kinds.events, about), await Promise.all(logs));
  } finally {
    await cluster.end();
  }
}

const expected: Told = {
  pods: [
    { name: 'api-crashing', containers: [[false, 3, 'CrashLoopBackOff']] },
    { name: 'api-nowhere', containers: [] },
    { name: 'api-old', containers: [[true, 0, '']] },
    { name: 'api-pulling', containers: [[false, 0, 'ImagePullBackOff']] },
    { name: 'api-unready', containers: [[false, 0, '']] },
    {
      name: 'pgbouncer-0',
      containers: [
        [true, 0, ''],
        [true, 0, ''],
      ],
    },
  ],
  events: [{ name: 'api-crashing', reason: 'BackOff', message: 'Back-off restarting failed container app', count: 7 }],
  logs: ['GET /a 200\nGET /b 502', 'listening on 8080\nout of memory'],
};

describe.each([
  ['the control plane', () => readFileSync(file, 'utf8')],
  ['the sandbox', () => sandbox.kubeconfig()],
])('%s reads the same', (_name, config) => {
  const found = kubectls();
  it.each(found.filter((_, n) => n === 0 || n === found.length - 1))('with $name', async ({ path }) => {
    expect(await byKubectl(path, config())).toEqual(expected);
  });

  it('with the client library', async () => {
    expect(await byLibrary(config())).toEqual(expected);
  });

  it('with the client of the bot', async () => {
    expect(await byBot(config())).toEqual(expected);
  });
});
