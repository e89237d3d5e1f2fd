/** The roles of the bot in a cluster: what its playbooks say that they use. */
import type { Right, Verb } from '../diagnosis/cluster.ts';
import type { Policy } from '../incident/policy.ts';
import { playbooks } from '../playbooks/index.ts';
import { loadPolicy } from '../runbook/load.ts';

interface Role {
  kind: 'Role' | 'ClusterRole';
  name: string;
  says: string[];
  rules: string[];
}

const bind = (name: string, where = 'WHERE-IT-LOOKS'): string =>
  `kubectl create rolebinding ${name} --role=${name} --serviceaccount=NAMESPACE:responder -n ${where}`;
const bindAll = (name: string): string =>
  `kubectl create clusterrolebinding ${name} --clusterrole=${name} --serviceaccount=NAMESPACE:responder`;

const names = { reader: 'responder-reader', nodes: 'responder-reader-cluster', exec: 'responder-exec' };

/** Path -> content; a role without rules is no file. */
export function rolesOf(rights: readonly Right[], policy: Pick<Policy, 'issueTypes'>): Record<string, string> {
  const inside = rights.filter(({ subresource }) => subresource === 'exec');
  const others = rights.filter(({ subresource, namespace }) => subresource !== 'exec' && namespace === undefined);
  const pods = [...new Set(policy.issueTypes.flatMap(podsOf))].toSorted();
  const roles: Record<string, Role> = {
    'manifests/reader-role.yaml': {
      kind: 'Role',
      name: names.reader,
      says: ['What the playbooks look at, in each namespace that the runbook names.', bind(names.reader)],
      rules: rulesOf(others.filter(({ isClusterWide }) => !isClusterWide)),
    },
    'manifests/reader-cluster-role.yaml': {
      kind: 'ClusterRole',
      name: names.nodes,
      says: ['Optional: without it, nodes are told as not checked.', bindAll(names.nodes)],
      rules: rulesOf(others.filter(({ isClusterWide }) => isClusterWide)),
    },
    'manifests/exec-role.yaml': {
      kind: 'Role',
      name: names.exec,
      says: ['Optional: commands in the pods that the runbook names, and in no others.', bind(names.exec)],
      rules: pods.length > 0 ? rulesOf(inside, pods) : [],
    },
    ...elsewhere(rights),
  };
  const made = Object.entries(roles).filter(([, { rules }]) => rules.length > 0);
  return Object.fromEntries(made.map(([path, role]) => [path, rendered(role)]));
}

/** What stands in a namespace of the cluster's own. */
function elsewhere(rights: readonly Right[]): Record<string, Role> {
  const byNamespace = Map.groupBy(rights, ({ namespace = '' }) => namespace);
  const roles = [...byNamespace].map(([namespace, own]): [string, Role] => [
    `manifests/${namespace}-role.yaml`,
    {
      kind: 'Role',
      name: `responder-${namespace}`,
      says: [
        `Optional: what is looked at in ${namespace}; to be applied with -n ${namespace}.`,
        bind(`responder-${namespace}`, namespace),
      ],
      rules: namespace === '' ? [] : rulesOf(own),
    },
  ]);
  return Object.fromEntries(roles);
}

/** Only of pods whose names are kept (of stateful sets): those of deployments cannot be named in a role. */
const podsOf = ({ targets }: Policy['issueTypes'][number]): string[] =>
  [targets['pooler'], targets['database']].filter((name) => name !== undefined);

function rulesOf(rights: readonly Right[], pods?: string[]): string[] {
  const byResource = Map.groupBy(rights, ({ kind, subresource }) =>
    JSON.stringify([kind.group, subresource === undefined ? kind.plural : `${kind.plural}/${subresource}`]),
  );
  return [...byResource]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([resource, alike]) => {
      const [group, name] = [...resource.matchAll(/"([^"]*)"/g)].map(([, word = '']) => word);
      const verbs = [...new Set(alike.flatMap(({ verbs }): readonly Verb[] => verbs))].toSorted();
      const only = pods ? `, resourceNames: [${pods.join(', ')}]` : '';
      return `  - { apiGroups: ['${group}'], resources: [${name}], verbs: [${verbs.join(', ')}]${only} }`;
    });
}

const rendered = ({ kind, name, says, rules }: Role): string =>
  [
    '# Generated from the rights that the playbooks declare by `npm run generate`; change those, not this.',
    ...says.map((line) => `# ${line}`),
    'apiVersion: rbac.authorization.k8s.io/v1',
    `kind: ${kind}`,
    'metadata:',
    `  name: ${name}`,
    'rules:',
    ...rules,
    '',
  ].join('\n');

export const rolesNow = (yaml: string): Record<string, string> =>
  rolesOf(
    playbooks.flatMap(({ probes }) => probes).flatMap(({ rights = [] }) => rights),
    loadPolicy(yaml, 'runbook.yaml'),
  );
