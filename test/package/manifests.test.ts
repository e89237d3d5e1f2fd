/** The manifests against each other, against the image, and against the settings and the runbook they carry. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { generated } from '../../src/cli/generate.ts';
import { readConfig } from '../../src/config.ts';
import { loadPolicy } from '../../src/runbook/load.ts';
import { flags } from '../../src/sandbox/bot.ts';
import { settings } from '../../src/settings.ts';
import { command, last, readDockerfile } from './dockerfile.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const manifest = (name: string): unknown => parse(read(`manifests/${name}`));

const Named = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
const files = readdirSync(join(root, 'manifests'));
/** What changes another manifest is none by itself. */
const isPatch = (file: string): boolean => file.endsWith('.patch.yaml');
const documents = new Map(files.filter((file) => !isPatch(file)).map((file) => [file, Named.parse(manifest(file))]));
const nameOf = (file: string): string | undefined => documents.get(file)?.metadata.name;

const Labels = z.record(z.string(), z.string());
const Probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) });
const Container = z.object({
  image: z.string(),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })),
  env: z.array(z.object({ name: z.string(), value: z.string() })),
  envFrom: z.array(z.object({ secretRef: z.object({ name: z.string() }) })),
  readinessProbe: Probe,
  livenessProbe: Probe,
  lifecycle: z.object({ preStop: z.object({ exec: z.object({ command: z.array(z.string()) }) }) }),
  resources: z.object({
    requests: z.object({ cpu: z.string(), memory: z.string() }),
    limits: z.object({ memory: z.string() }),
  }),
  securityContext: z.record(z.string(), z.unknown()),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() })),
});
const Volume = z.object({
  name: z.string(),
  configMap: z.object({ name: z.string() }).optional(),
  emptyDir: z.object({ sizeLimit: z.string() }).optional(),
});
const Deployment = z.object({
  spec: z.object({
    replicas: z.number(),
    selector: z.object({ matchLabels: Labels }),
    template: z.object({
      metadata: z.object({ labels: Labels }),
      spec: z.object({
        serviceAccountName: z.string(),
        automountServiceAccountToken: z.literal(false),
        enableServiceLinks: z.literal(false),
        terminationGracePeriodSeconds: z.number(),
        securityContext: z.record(z.string(), z.unknown()),
        containers: z.tuple([Container]),
        volumes: z.array(Volume),
      }),
    }),
  }),
});

const { spec: deployment } = Deployment.parse(manifest('deployment.yaml'));
const pod = deployment.template.spec;
const [container] = pod.containers;
const image = readDockerfile(join(root, 'Dockerfile'));

const mountOf = (path: string) =>
  container.volumeMounts.find(({ mountPath }) => path.startsWith(`${mountPath}/`) || path === mountPath);
const volumeOf = (path: string) => pod.volumes.find(({ name }) => name === mountOf(path)?.name);
const valueOf = (name: string): string => container.env.find((one) => one.name === name)?.value ?? '';

it('leave the namespace to whoever applies them', () => {
  expect([...documents.values()].filter(({ metadata }) => metadata['namespace'] !== undefined)).toEqual([]);
});

it('hold nothing that looks like a token of Slack', () => {
  for (const file of files) expect(read(`manifests/${file}`)).not.toMatch(/xox[a-z]-\d|xapp-\d/);
});

it('the image, `npm start` and the bot of the sandbox are started with the same flags', () => {
  const words = z.object({ scripts: z.object({ start: z.string() }) }).parse(JSON.parse(read('package.json')))
    .scripts.start;

  expect(words.split(' ')).toEqual(['node', ...flags, 'src/main.ts']);
  expect(command(last(image.final, 'CMD'))).toEqual(['node', ...flags, 'main.mjs']);
});

describe('the deployment', () => {
  it('has two replicas and selects its own pods', () => {
    expect(deployment.replicas).toBe(2);
    expect(deployment.template.metadata.labels).toMatchObject(deployment.selector.matchLabels);
  });

  it('keeps to the restricted standard of pod security, with a root that nobody writes to', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('runs as the user of the image', () => {
    expect(`${String(pod.securityContext['runAsUser'])}:${String(pod.securityContext['runAsGroup'])}`).toBe(
      last(image.final, 'USER'),
    );
  });

  it('listens where the image says', () => {
    expect(String(container.ports[0]?.containerPort)).toBe(last(image.final, 'EXPOSE'));
    expect([container.readinessProbe, container.livenessProbe].map(({ httpGet }) => httpGet)).toEqual([
      { path: '/readyz', port: container.ports[0]?.name },
      { path: '/healthz', port: container.ports[0]?.name },
    ]);
  });

  it('has the version of the package', () => {
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(read('package.json')));

    expect(container.image).toBe(`responder:${version}`);
  });

  it('is given the time to leave the service, and to drain', () => {
    const drainMs = Number(/drainMs = ([\d_]+)/.exec(read('src/main.ts'))?.[1]?.replaceAll('_', ''));

    const [launcher = '', , pause = ''] = container.lifecycle.preStop.exec.command;
    const pauseMs = Number(/^setTimeout\(\(\) => \{\}, ([\d_]+)\)$/.exec(pause)?.[1]?.replaceAll('_', ''));

    expect(last(image.final, 'CMD')).toContain(`"${launcher}"`);
    expect(pauseMs).toBeGreaterThanOrEqual(2_000);
    expect(pod.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(pauseMs + drainMs);
  });

  it('sets only what the bot or its launcher reads', () => {
    const known = new Set(['COMPILE_CACHE', ...settings.map(({ name }) => name)]);

    expect(container.env.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
  });

  it('asks for the objects that the other manifests make', () => {
    expect(pod.serviceAccountName).toBe(nameOf('service-account.yaml'));
    expect(container.envFrom.map(({ secretRef }) => secretRef.name)).toEqual([nameOf('secret.example.yaml')]);
  });

  it('keeps the journal in a volume that outlives the container', () => {
    expect(volumeOf(valueOf('JOURNAL_DIR'))?.emptyDir?.sizeLimit).toMatch(/^\d+Mi$/);
  });

  it('reads the runbook from the config map, and writes compiled code into a volume with a limit', () => {
    expect(volumeOf(valueOf('RUNBOOK'))?.configMap?.name).toBe(nameOf('config-map.yaml'));
    expect(mountOf(valueOf('RUNBOOK'))?.readOnly).toBe(true);
    expect(volumeOf(valueOf('COMPILE_CACHE'))?.emptyDir?.sizeLimit).toMatch(/^\d+Mi$/);
  });
});

it('the service leads to the pods of the deployment, at their port', () => {
  const Service = z.object({
    spec: z.object({ selector: Labels, ports: z.array(z.object({ targetPort: z.string() })) }),
  });

  const { spec } = Service.parse(manifest('service.yaml'));

  expect(deployment.template.metadata.labels).toMatchObject(spec.selector);
  expect(spec.ports.map(({ targetPort }) => targetPort)).toEqual(container.ports.map(({ name }) => name));
});

it('the service account has no token', () => {
  expect(documents.get('service-account.yaml')).toMatchObject({ automountServiceAccountToken: false });
});

it('the patch for a look at the own cluster gives the pods a token, and changes nothing else', () => {
  expect(manifest('reads-cluster.patch.yaml')).toEqual({
    spec: { template: { spec: { automountServiceAccountToken: true } } },
  });
  expect(files.filter(isPatch)).toEqual(['reads-cluster.patch.yaml']);
});

describe('the secret', () => {
  const { stringData } = z
    .object({ stringData: z.record(z.string(), z.string()) })
    .parse(manifest('secret.example.yaml'));
  const noFile = (): string => '';
  const fromDeployment = Object.fromEntries(['RUNBOOK', 'JOURNAL_DIR'].map((name) => [name, valueOf(name)]));

  it('is one that the bot starts with, without a word about a misspelt name', () => {
    const { warnings } = readConfig({ ...stringData, ...fromDeployment }, noFile);

    expect(warnings).toEqual([]);
  });

  it('shows every setting without which something is lost', () => {
    const losing = settings.filter(({ lost, required }) => lost !== undefined || required === '');

    expect(losing.map(({ name }) => name).filter((name) => !(name in { ...stringData, ...fromDeployment }))).toEqual(
      [],
    );
  });

  it('has no value that could be a real one', () => {
    const real = Object.values(stringData).filter((value) => !/replace|REPLACE/.test(value));

    expect(real).toEqual([]);
  });
});

it.each(Object.entries(generated(read('runbook.yaml'))))(
  '%s is made from what it follows from as it is now; mend it with npm run generate',
  (path, content) => {
    expect(read(path)).toBe(content);
  },
);

describe('the config map', () => {
  it('is not when the runbook says something else', () => {
    const changed = read('runbook.yaml').replace('stuckAfter: 1h', 'stuckAfter: 2h');

    expect(read('manifests/config-map.yaml')).not.toBe(generated(changed)['manifests/config-map.yaml']);
  });

  it('carries the same policy, letter by letter', () => {
    const { data } = z.object({ data: z.object({ 'runbook.yaml': z.string() }) }).parse(manifest('config-map.yaml'));

    expect(loadPolicy(data['runbook.yaml'], 'runbook.yaml')).toEqual(loadPolicy(read('runbook.yaml'), 'runbook.yaml'));
    expect(data['runbook.yaml'].trim()).toBe(read('runbook.yaml').trim());
  });
});
