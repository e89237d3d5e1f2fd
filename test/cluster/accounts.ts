/** Service accounts on the control plane that KUBECONFIG names: what they may, and the bot's client as one of them. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import { makeTargetCluster, type TargetCluster } from '../../src/clients/kubernetes/cluster.ts';
import { contactOf } from '../../src/sandbox/cluster/real/contact.ts';

export const file = process.env['KUBECONFIG'] ?? '';

/** Rejects with what kubectl says of its failure. */
export async function kubectlSays(words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('kubectl', words, { env: process.env });
  return stdout;
}

export const Rule = z.object({
  apiGroups: z.array(z.string()),
  resources: z.array(z.string()),
  verbs: z.array(z.string()),
  resourceNames: z.array(z.string()).optional(),
});
export type Rule = z.infer<typeof Rule>;
const Role = z.object({
  kind: z.enum(['Role', 'ClusterRole']),
  metadata: z.object({ name: z.string() }),
  rules: z.array(Rule),
});

/** as they stand in the manifests */
export const roleIn = (name: string): z.infer<typeof Role> =>
  Role.parse(parse(readFileSync(`manifests/${name}.yaml`, 'utf8')));

const Config = z.object({
  clusters: z.tuple([
    z.object({ cluster: z.object({ server: z.string(), 'certificate-authority-data': z.string() }).loose() }),
  ]),
});
const Token = z.object({ status: z.object({ token: z.string() }) });

const clusterIn = (kubeconfig: string) => Config.parse(parse(readFileSync(kubeconfig, 'utf8'))).clusters[0].cluster;

/** Where it is, to somebody who has only a token; `ca` as PEM. */
export function controlPlane(): { url: string; ca: string } {
  const { server, 'certificate-authority-data': ca } = clusterIn(file);
  return { url: server, ca: Buffer.from(ca, 'base64').toString('utf8') };
}

/** as the cluster gives it to this service account */
export async function tokenOf(name: string, namespace: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const { status } = Token.parse(await contactOf(file).call('POST', path, { spec: { expirationSeconds: 3_600 } }));
  return status.token;
}

/** The bot's client as a service account of this namespace. */
export async function clientAs(name: string, namespace: string): Promise<TargetCluster> {
  const config = {
    clusters: [{ name: 'disposable', cluster: clusterIn(file) }],
    users: [{ name, user: { token: await tokenOf(name, namespace) } }],
    contexts: [{ name: 'disposable', context: { cluster: 'disposable', user: name } }],
    'current-context': 'disposable',
  };
  const kubeconfig = join(mkdtempSync(join(tmpdir(), 'account-')), 'kubeconfig');
  writeFileSync(kubeconfig, JSON.stringify(config));
  return makeTargetCluster({ kubeconfig });
}

/** What an account may; bindings are named like it. */
export interface Grants {
  namespace: string;
  /** in this namespace */
  own: Rule[];
  /** in others, by their names */
  elsewhere: Record<string, Rule[]>;
  everywhere: Rule[];
}

const rbac = '/apis/rbac.authorization.k8s.io/v1';

/** Makes the account; answers the paths of what does not go with its namespace. */
export async function makeAccount(name: string, { namespace, own, elsewhere, everywhere }: Grants): Promise<string[]> {
  const contact = contactOf(file);
  const unique = `${name}-${namespace}`;
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  await contact.call('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name } });
  const grant = async (root: string, kind: 'Role' | 'ClusterRole', rules: Rule[]): Promise<string[]> => {
    const [roles, bindings] = [`${root}/${kind.toLowerCase()}s`, `${root}/${kind.toLowerCase()}bindings`];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind, name: unique };
    await contact.call('POST', roles, { metadata: { name: unique }, rules });
    await contact.call('POST', bindings, { metadata: { name: unique }, roleRef, subjects });
    return [`${bindings}/${unique}`, `${roles}/${unique}`];
  };
  await grant(`${rbac}/namespaces/${namespace}`, 'Role', own);
  const others = Object.entries(elsewhere).map(([where, rules]) => grant(`${rbac}/namespaces/${where}`, 'Role', rules));
  return (await Promise.all([...others, grant(rbac, 'ClusterRole', everywhere)])).flat();
}
