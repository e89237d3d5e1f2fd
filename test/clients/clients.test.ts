import { describe, expect, it } from '@jest/globals';
import { makeClients } from '../../src/clients/clients.ts';
import { whereIsCluster } from '../../src/clients/kubernetes/where.ts';

const everything = {
  targetDatabaseUrl: 'postgres://u:p@127.0.0.1:1/app',
  pgbouncerUrl: 'postgres://u:p@127.0.0.1:1/pgbouncer',
  cluster: 'own pod' as const,
};

describe('the clients', () => {
  it.each<[string, Parameters<typeof makeClients>[0], string[]]>([
    ['all', everything, ['cluster', 'database', 'pooler']],
    ['the pooler alone', { pgbouncerUrl: everything.pgbouncerUrl }, ['pooler']],
    ['none', {}, []],
  ])('are those that are configured: %s', async (_name, addresses, expected) => {
    const { clients, end } = makeClients(addresses, () => {});

    expect(Object.keys(clients).toSorted()).toEqual(expected);
    await end();
  });
});

describe('the cluster', () => {
  it.each([
    ['is that of the kubeconfig', '/a', false, { kubeconfig: '/a' }],
    ['is that of the kubeconfig even in a pod', '/a', true, { kubeconfig: '/a' }],
    ['is that of the own pod without one', undefined, true, 'own pod'],
    ['is none without either', undefined, false, undefined],
  ])('%s', (_name, kubeconfig, hasToken, where) => {
    expect(whereIsCluster(kubeconfig, () => hasToken)).toEqual(where);
  });
});
