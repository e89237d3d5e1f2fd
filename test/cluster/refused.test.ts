// What the API says to somebody it does not know, who may not, or who comes too late: the control plane and the sandbox say
// it in the same words.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Contact, contactOf } from '../../src/sandbox/cluster/real/contact.ts';
import { type LocalCluster, startCluster } from '../../src/sandbox/cluster/start.ts';
import { ask } from '../sandbox/cluster/ask.ts';
import { controlPlane, file, makeAccount, tokenOf } from './accounts.ts';

const namespace = `refused-${process.pid}`;
const all = { verbs: ['get', 'list', 'watch'], resources: ['*'] };

let contact: Contact;
let sandbox: LocalCluster;
let leftovers: string[] = [];
/** by account, as the control plane knows them; the sandbox knows each by its name */
const tokens = new Map<string, string>();
beforeAll(async () => {
  contact = contactOf(file);
  await contact.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  const grants = { namespace, own: [], elsewhere: {} };
  leftovers = [
    ...(await makeAccount('nobody', { ...grants, everywhere: [] })),
    ...(await makeAccount('reader', { ...grants, everywhere: [{ ...all, apiGroups: ['*'] }] })),
  ];
  for (const name of ['nobody', 'reader']) tokens.set(name, await tokenOf(name, namespace));
  const user = (name: string): string => `system:serviceaccount:${namespace}:${name}`;
  const accounts = {
    nobody: { user: user('nobody'), rules: [] },
    reader: { user: user('reader'), rules: [{ ...all, groups: ['*'] }] },
  };
  sandbox = await startCluster({ [namespace]: { metrics: 'there' } }, { accounts });
});
afterAll(async () => {
  await sandbox.stop();
  for (const path of [...leftovers, `/api/v1/namespaces/${namespace}`]) await contact.gone(path);
});

interface Said {
  status: number;
  type: unknown;
  body: unknown;
}

async function said(
  path: string,
  { who, method = 'GET' }: { who: string; method?: string },
  where: 'plane' | 'sandbox',
): Promise<Said> {
  const token = where === 'plane' ? (tokens.get(who) ?? who) : who;
  const question = { method, token: who === '' ? null : token };
  const { status, headers, text } = await ask(where === 'plane' ? controlPlane() : sandbox, path, question);
  return { status, type: headers['content-type'], body: JSON.parse(text) };
}

const here = `namespaces/${namespace}`;

describe.each([
  ['of an account without rights', 'nobody', 403],
  ['that was forged', 'forged', 401],
  ['that was not sent', '', 403],
])('with a token %s', (_what, who, status) => {
  it.each([
    ['GET', `/api/v1/${here}/pods`],
    ['GET', `/api/v1/${here}/pods?limit=1&labelSelector=a%3Db`],
    ['GET', `/api/v1/${here}/pods?watch=true`],
    ['GET', `/api/v1/${here}/pods/api-0`],
    ['DELETE', `/api/v1/${here}/pods/api-0`],
    ['GET', `/api/v1/${here}/pods/api-0/log?tailLines=1`],
    ['POST', `/api/v1/${here}/pods/api-0/eviction`],
    ['POST', `/api/v1/${here}/pods/api-0/exec?command=ls`],
    ['GET', '/api/v1/pods'],
    ['GET', '/api/v1/nodes'],
    ['GET', '/api/v1/nodes/node-a'],
    ['GET', `/apis/apps/v1/${here}/deployments`],
    ['GET', `/apis/apps/v1/${here}/deployments/api`],
    ['GET', `/apis/metrics.k8s.io/v1beta1/${here}/pods`],
  ])('%s %s', async (method, path) => {
    const plane = await said(path, { who, method }, 'plane');

    expect(plane.status).toBe(status);
    expect(await said(path, { who, method }, 'sandbox')).toEqual(plane);
  });
});

const withoutNumbers = ({ body, ...rest }: Said): object => ({
  ...rest,
  said: JSON.stringify(body).replaceAll(/\d+(?=[ ()])/g, ''),
});

// a resource that came after the first objects has watched nothing from before them, however young the control plane is
it('a watch from before what is remembered', async () => {
  const from = '?watch=true&resourceVersion=1';
  const plane = await said(`/apis/kwok.x-k8s.io/v1alpha1/logs${from}`, { who: 'reader' }, 'plane');

  expect(plane.body).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
  expect(withoutNumbers(await said(`/api/v1/pods${from}`, { who: 'reader' }, 'sandbox'))).toEqual(
    withoutNumbers(plane),
  );
});
