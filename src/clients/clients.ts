/** The clients of all that is looked at, as far as it is configured. */
import type { Clients } from '../diagnosis/diagnosis.ts';
import { makeTargetCluster } from './kubernetes/cluster.ts';
import type { Where } from './kubernetes/where.ts';
import { makePoolerConsole } from './pgbouncer.ts';
import { makeTargetDatabase } from './postgres.ts';

export interface Addresses {
  targetDatabaseUrl?: string | undefined;
  pgbouncerUrl?: string | undefined;
  cluster?: Where | undefined;
}

export interface TargetClients {
  clients: Clients;
  /** for who looks at once: loading takes seconds on a slow machine, which would count in the limits of the look */
  load: () => Promise<void>;
  end: () => Promise<void>;
}

/** `lost` hears of what broke, or cannot be used, while nobody asked. */
export function makeClients(addresses: Addresses, lost: (what: string, error: Error) => void): TargetClients {
  const { targetDatabaseUrl, pgbouncerUrl, cluster: where } = addresses;
  const database =
    targetDatabaseUrl === undefined
      ? undefined
      : makeTargetDatabase(targetDatabaseUrl, (error) =>
          lost('a connection to the diagnosed database was lost, or it cannot be reached', error),
        );
  const pooler = pgbouncerUrl === undefined ? undefined : makePoolerConsole(pgbouncerUrl);
  const cluster =
    where === undefined
      ? undefined
      : makeTargetCluster(where, { lost: (error) => lost('the diagnosed cluster cannot be looked at', error) });
  return {
    clients: { ...(database && { database }), ...(pooler && { pooler }), ...(cluster && { cluster }) },
    async load() {
      await cluster?.load();
    },
    async end() {
      await Promise.all([database?.end(), pooler?.end(), cluster?.end()]);
    },
  };
}
