/** Pooler and database as the playbook of connection errors looks at them: real ones, and the edges of what it asks. */
import { readFileSync } from 'node:fs';
import pg from 'pg';
import type { Cluster, Ran } from '../../src/diagnosis/cluster.ts';
import type { Clients, Console, Surroundings } from '../../src/diagnosis/diagnosis.ts';
import { CannotSee } from '../../src/errors.ts';
import type { IssueType } from '../../src/incident/policy.ts';
import { loadPolicy } from '../../src/runbook/load.ts';

export interface OpenConsole extends Console {
  end(): Promise<void>;
}

/** One connection, one command at a time, opened when it is first asked. */
export function consoleAt(url: string): OpenConsole {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000, query_timeout: 2_000 });
  client.on('error', () => {});
  let last: Promise<unknown> = Promise.resolve();
  let opened: Promise<unknown> | undefined;
  return {
    show(what) {
      opened ??= client.connect();
      const asked = last
        .then(() => opened)
        .then(() => client.query<Record<string, unknown>>(`show ${what}`))
        .then(({ rows }) => rows);
      last = asked.catch(() => {});
      return asked;
    },
    end: () => client.end().catch(() => {}),
  };
}

const untold = (): Promise<never> =>
  Promise.reject(new CannotSee('forbidden', 'this account may not do that', { grant: 'create pods/exec' }));

/** A cluster of which nothing is allowed but what is given. */
export const clusterWith = (parts: {
  log?: () => string[];
  /** of the run before; absent: there was none */
  previous?: () => string[];
  exec?: (pod: string, command: readonly string[]) => Promise<Ran>;
}): Cluster => ({
  list: untold,
  async logs({ previous = false, tailLines }) {
    if (!parts.log) return untold();
    if (previous && !parts.previous) throw new CannotSee('absent', 'previous terminated container not found');
    const lines = (previous ? parts.previous : parts.log)?.() ?? [];
    return { lines: lines.slice(-tailLines), isCut: lines.length > tailLines };
  },
  exec: ({ pod, command }) => (parts.exec ? parts.exec(pod, command) : untold()),
  may: async () => true,
});

/** The issue type of the shipped runbook. */
export function connectionsType(parts: Partial<Pick<IssueType, 'targets' | 'thresholds'>> = {}): IssueType {
  const policy = loadPolicy(readFileSync('runbook.yaml', 'utf8'), 'runbook.yaml');
  const found = policy.issueTypes.find(({ id }) => id === 'database-connections');
  if (!found) throw new Error('the runbook has no issue type database-connections');
  return { ...found, targets: { ...found.targets, ...parts.targets }, thresholds: { ...parts.thresholds } };
}

export const looking = (
  clients: Clients,
  parts: Partial<Pick<IssueType, 'targets' | 'thresholds'>> = {},
): Surroundings => ({ clients, issueType: connectionsType(parts), now: Date.now() });
