/** The clients of all that is looked at, as far as it is configured. */
import type { Clients } from '../diagnosis/diagnosis.ts';
import { makeTargetCluster } from './kubernetes/cluster.ts';
import { whereIsCluster } from './kubernetes/where.ts';
import { makePoolerConsole } from './pgbouncer.ts';
import { makeTargetDatabase } from './postgres.ts';

export interface Addresses {
  targetDatabaseUrl?: string | undefined;
  pgbouncerUrl?: string | undefined;
  kubeconfig?: string | undefined;
}

export interface TargetClients {
  clients: Clients;
  end: () => Promise<void>;
}

/** `lost` hears of connections to the database that broke while nobody used them. */
export function makeClients(addresses: Addresses, lost: (error: Error) => void): TargetClients {
  const { targetDatabaseUrl, pgbouncerUrl, kubeconfig } = addresses;
  const where = whereIsCluster(kubeconfig);
  const database = targetDatabaseUrl === undefined ? undefined : makeTargetDatabase(targetDatabaseUrl, lost);
  const pooler = pgbouncerUrl === undefined ? undefined : makePoolerConsole(pgbouncerUrl);
  const cluster = where === undefined ? undefined : makeTargetCluster(where);
  return {
    clients: { ...(database && { database }), ...(pooler && { pooler }), ...(cluster && { cluster }) },
    async end() {
      await Promise.all([database?.end(), pooler?.end(), cluster?.end()]);
    },
  };
}
