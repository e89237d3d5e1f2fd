/** The manifests: least privilege, and the generated ones are not stale. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { generated } from '../../src/runbook/generate.ts';
import { settings } from '../../src/settings.ts';

const read = (name: string) => parse(readFileSync(`manifests/${name}`, 'utf8'));
const pod = () => read('deployment.yaml').spec.template.spec;

it('runs as nobody in particular, on a root that it cannot write, with no rights of the kernel', () => {
  const [container] = pod().containers;

  expect(pod().securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
});

it('gets no token for the Kubernetes API', () => {
  expect(pod().automountServiceAccountToken).toBe(false);
  expect(read('service-account.yaml').automountServiceAccountToken).toBe(false);
});

it('is given longer to end than its drain takes', () => {
  expect(pod().terminationGracePeriodSeconds).toBeGreaterThan(20);
});

it('names only settings that there are', () => {
  const known = new Set([...settings.map(({ name }) => name), 'COMPILE_CACHE']);
  const named = [
    ...Object.keys(read('secret.example.yaml').stringData),
    ...pod().containers[0].env.map(({ name }: { name: string }) => name),
  ];

  expect(named.filter((name) => !known.has(name))).toEqual([]);
});

it('holds no secret', () => {
  for (const name of readdirSync('manifests'))
    expect(readFileSync(`manifests/${name}`, 'utf8')).not.toMatch(/xox[bap]-[0-9]/);
});

it.each(Object.entries(generated(readFileSync('runbook.yaml', 'utf8'))))(
  '%s is not stale (npm run generate)',
  (path, content) => {
    expect(readFileSync(path, 'utf8')).toBe(content);
  },
);

it('carries the very runbook that stands at the top', () => {
  expect(read('config-map.yaml').data['runbook.yaml'].trimEnd()).toBe(readFileSync('runbook.yaml', 'utf8').trimEnd());
});
