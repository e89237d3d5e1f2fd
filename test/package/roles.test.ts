/** The roles that the bot is given: all that its playbooks use, and no more than that. */
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { rolesNow, rolesOf } from '../../src/cli/roles.ts';
import { kinds } from '../../src/diagnosis/cluster.ts';
import { playbooks } from '../../src/playbooks/index.ts';

const yaml = readFileSync('runbook.yaml', 'utf8');
const Rule = z.object({
  apiGroups: z.array(z.string()),
  resources: z.array(z.string()),
  verbs: z.array(z.string()),
  resourceNames: z.array(z.string()).optional(),
});
const Role = z.object({ kind: z.string(), rules: z.array(Rule) });
const rulesOf = (content = '') => Role.parse(parse(content)).rules;
const all = Object.values(rolesNow(yaml)).flatMap(rulesOf);

it('cover every right of every playbook', () => {
  const granted = new Set(
    all.flatMap(({ apiGroups, resources, verbs }) => verbs.map((verb) => `${apiGroups[0]} ${resources[0]} ${verb}`)),
  );
  const used = playbooks
    .flatMap(({ probes }) => probes)
    .flatMap(({ rights = [] }) =>
      rights.flatMap(({ kind, subresource, verbs }) =>
        verbs.map(
          (verb) =>
            `${kind.group} ${[kind.plural, subresource].filter((part) => part !== undefined).join('/')} ${verb}`,
        ),
      ),
    );

  expect(used.filter((one) => !granted.has(one))).toEqual([]);
  expect(granted.size).toBe(new Set(used).size);
});

it('change nothing, watch nothing, and read no secrets', () => {
  const words = all.flatMap(({ resources, verbs }) => (resources[0] === 'pods/exec' ? [] : [...resources, ...verbs]));

  expect(
    words.filter((word) =>
      /secret|configmap|\*|^(watch|create|update|patch|delete|impersonate|escalate|bind)$/.test(word),
    ),
  ).toEqual([]);
});

it('allow commands in the named pods alone, apart from all else', () => {
  const exec = { kind: kinds.pods, verbs: ['get', 'create'], subresource: 'exec' } as const;
  const list = { kind: kinds.pods, verbs: ['list'] } as const;
  const issueTypes = [
    { targets: { pooler: 'pgbouncer-0', database: 'postgres-0' } },
    { targets: { database: 'postgres-0' } },
  ];

  const roles = rolesOf([exec, list], { issueTypes: issueTypes.map((one) => ({ ...blank, ...one })) });

  expect(Object.keys(roles)).toEqual(['manifests/reader-role.yaml', 'manifests/exec-role.yaml']);
  expect(rulesOf(roles['manifests/reader-role.yaml'])).toEqual([
    { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
  ]);
  expect(rulesOf(roles['manifests/exec-role.yaml'])).toEqual([
    {
      apiGroups: [''],
      resources: ['pods/exec'],
      verbs: ['create', 'get'],
      resourceNames: ['pgbouncer-0', 'postgres-0'],
    },
  ]);
  expect(rolesOf([exec], { issueTypes: [] })).toEqual({});
});

it('let it look into a namespace of the cluster itself by a role of that one', () => {
  const list = { kind: kinds.pods, verbs: ['list'], namespace: 'kube-system' } as const;

  const roles = rolesOf([list], { issueTypes: [] });

  expect(Object.keys(roles)).toEqual(['manifests/kube-system-role.yaml']);
  expect(parse(roles['manifests/kube-system-role.yaml'] ?? '')).toMatchObject({
    metadata: { name: 'responder-kube-system' },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }],
  });
});

const blank = {
  id: '',
  title: '',
  symptoms: [],
  words: [],
  look: [],
  steps: [],
  paragraph: '',
  thresholds: {},
  targets: {},
};
