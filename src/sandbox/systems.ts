/** What the company runs, to be broken on demand: a cluster, PgBouncer before the database, a partner's service. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCluster } from './cluster/start.ts';
import type { Databases } from './databases.ts';
import { startServer } from './http.ts';
import { poolerBefore } from './pooler/before.ts';
import { keepSamples } from './scenarios/samples.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { around } from './scenarios/well.ts';
import type { ChangeRunbook } from './town.ts';

export interface Systems {
  /** what the bot is told of them */
  env: Record<string, string>;
  runbook: ChangeRunbook;
  /** as the scenario says, and in no other way: what was broken before is mended */
  play(scenario: Scenario): Promise<void>;
  mend(): Promise<void>;
  stop(): Promise<void>;
}

/** `folder`: where the bot finds its kubeconfig. */
export async function startSystems(folder: string, { own, patient }: Databases): Promise<Systems> {
  const [cluster, pooler, partner] = await Promise.all([
    startCluster(around()),
    poolerBefore(patient.url),
    startServer((_, response) => void response.end('well')),
  ]);
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, cluster.kubeconfig());
  let end: (() => Promise<void>) | undefined;
  const mend = async (): Promise<void> => {
    await end?.();
    end = undefined;
    cluster.set(around());
    await pooler.mend();
  };
  return {
    env: { KUBECONFIG: kubeconfig, PGBOUNCER_URL: pooler.console },
    runbook: (runbook) => nameService(runbook, partner.url),
    mend,
    async play(scenario) {
      await mend();
      cluster.set(around(scenario.scene));
      pooler.play(scenario.pooler);
      await keepSamples(own.pool, scenario);
      end = await scenario.database?.(patient.pool, patient.url, pooler.url);
    },
    async stop() {
      await mend();
      await Promise.all([cluster.stop(), pooler.stop(), partner.stop()]);
    },
  };
}

/** The shipped runbook names no service: which there are, each company knows. */
function nameService(runbook: Record<string, unknown>, url: string): void {
  const issueTypes: unknown = runbook['issue-types'];
  if (!Array.isArray(issueTypes)) throw new Error('the runbook has no issue types');
  issueTypes.find(({ id }) => id === 'workflow-stuck').targets.services = url;
}
