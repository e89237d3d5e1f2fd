// The bot with the roles of the manifests and nothing else: it sees all that its playbooks look at; and without any single
// grant it says which one is missing, instead of calling well what it did not see.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TargetCluster } from '../../src/clients/kubernetes/cluster.ts';
import type { Check } from '../../src/diagnosis/diagnosis.ts';
import { playbooks } from '../../src/playbooks/index.ts';
import { type Contact, contactOf } from '../../src/sandbox/cluster/real/contact.ts';
import { type Played, playOnCluster } from '../../src/sandbox/cluster/real/play.ts';
import type { Scene, Workload } from '../../src/sandbox/cluster/scene.ts';
import { issueTypeOf } from '../scenarios/stage.ts';
import { clientAs, file, type Grants, kubectlSays, makeAccount, type Rule, roleIn } from './accounts.ts';

/** As long as people's are: a refusal is one line of a report and must name the grant all the same. */
const namespace = `rights-of-the-company-${process.pid}`;

const workload = (kind: Workload['kind'], name: string, memory = '64Mi'): Workload => ({
  kind,
  name,
  containers: [{ name, memoryLimit: '512Mi' }],
  pods: [{ containers: { [name]: { memory, logs: [[1, `${name} has nothing to tell`]] } } }],
});

/** Something to look at behind every right; only in a pod of the exec role's is there a reason to look inside. */
const scene: Scene = {
  metrics: 'there',
  workloads: [
    workload('deployment', 'kong'),
    workload('deployment', 'workflow-engine'),
    workload('statefulset', 'pgbouncer', '400Mi'),
    workload('statefulset', 'postgres'),
  ],
};

/** Namespaces with a role of their own. */
const elsewhere = ['kube-system', 'default'];

const roles = {
  reader: roleIn('reader-role'),
  exec: roleIn('exec-role'),
  nodes: roleIn('reader-cluster-role'),
  system: roleIn('kube-system-role'),
  ofNodes: roleIn('default-role'),
};

const granting = (isLeft: (rule: Rule) => boolean): Grants => ({
  namespace,
  own: [...roles.reader.rules, ...roles.exec.rules].filter(isLeft),
  elsewhere: { 'kube-system': roles.system.rules.filter(isLeft), default: roles.ofNodes.rules.filter(isLeft) },
  everywhere: roles.nodes.rules.filter(isLeft),
});

interface Missing {
  verb: string;
  resource: string;
  group: string;
  account: string;
  grants: Grants;
}

const without: Missing[] = Object.entries(roles).flatMap(([role, { rules }]) =>
  rules.flatMap((rule) =>
    rule.verbs.map((verb) => {
      const [resource = '', group = ''] = [rule.resources[0], rule.apiGroups[0]];
      const left = { ...rule, verbs: rule.verbs.filter((one) => one !== verb) };
      const isOther = (one: Rule): boolean => one !== rule;
      const grants = granting(isOther);
      if (left.verbs.length > 0) grants.own.push(left);
      return {
        verb,
        resource,
        group,
        grants,
        account: `no-${verb}-${resource}-${group}-in-${role.toLowerCase()}`.replaceAll(/[^a-z-]/g, ''),
      };
    }),
  ),
);

let contact: Contact;
let played: Played;
const clients = new Map<string, TargetCluster>();
let leftovers: string[] = [];
beforeAll(async () => {
  contact = contactOf(file);
  played = await playOnCluster(scene, file, namespace);
  const accounts = [{ account: 'responder', grants: granting(() => true) }, ...without];
  const made = await Promise.all(accounts.map(({ account, grants }) => makeAccount(account, grants)));
  leftovers = made.flat();
  await Promise.all(accounts.map(async ({ account }) => clients.set(account, await clientAs(account, namespace))));
  // bindings take effect within moments, metrics within half a minute
  await played.measured();
}, 120_000);
afterAll(async () => {
  await Promise.all([...clients.values()].map((one) => one.end()));
  await played.stop();
  for (const path of leftovers) await contact.gone(path);
}, 120_000);

/** Every check of every playbook, as this account sees it. */
async function seenBy(account: string): Promise<Check[]> {
  const cluster = clients.get(account);
  if (!cluster) throw new Error(`there is no account ${account}`);
  const reports = await Promise.all(
    playbooks.map((playbook) => {
      const issueType = issueTypeOf({ issueType: playbook.issueType, name: namespace });
      return playbook.run({ clients: { cluster }, issueType, now: played.now.getTime() });
    }),
  );
  return reports.flatMap(({ checks }) => checks);
}

const sentencesOf = ({ why, gaps = [] }: Check): string[] => [...(why === undefined ? [] : [why]), ...gaps];
const refusals = (checks: Check[]): string[] =>
  checks.flatMap(sentencesOf).filter((one) => / may not | no right to /.test(one));

describe('the manifests', () => {
  it.each([
    'service-account',
    'reader-role',
    'reader-cluster-role',
    'exec-role',
    ...elsewhere.map((one) => `${one}-role`),
  ])('%s is taken by the cluster', async (name) => {
    const path = `manifests/${name}.yaml`;
    const inside = ['-n', elsewhere.find((one) => name === `${one}-role`) ?? namespace];

    expect(await kubectlSays(['apply', '--dry-run=server', '-f', path, ...inside])).toContain('(server dry run)');
  });

  it.each(['reader-role', 'exec-role'])('%s can be applied where the runbook looks', async (name) => {
    const said = await kubectlSays(['apply', '-f', `manifests/${name}.yaml`, '-n', namespace]);

    expect(said).toContain('created');
  });

  it('grant all that the playbooks look at', async () => {
    expect(refusals(await seenBy('responder'))).toEqual([]);
  });
});

describe('without the grant to', () => {
  it.each(without.map((one) => [`${one.verb} ${one.resource} ${one.group}`, one] as const))(
    '%s, what needs it is unknown and says so',
    async (_name, { account, verb, resource, group }) => {
      const checks = await seenBy(account);

      const told = checks.filter((check) => refusals([check]).length > 0);
      expect(told.map(({ verdict }) => verdict)).toEqual(told.map(() => 'unknown'));
      expect(told.length).toBeGreaterThan(0);
      const grant = new RegExp(`(?: may not| no right to) [\\w ]*\\b${verb}\\b[\\w ]* ${resource}( |:).*${group}`);
      const said = refusals(told);
      expect(said.filter((one) => grant.test(one))).not.toEqual([]);
      // without figures every container is looked into, and none of a deployment may be
      const follows = group === 'metrics.k8s.io' ? ' pods/exec ' : grant;
      expect(said.filter((one) => !grant.test(one) && one.search(follows) === -1)).toEqual([]);
    },
  );
});
