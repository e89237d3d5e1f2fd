/** One thing that can be wrong, as data: how to bring it about, what a diagnosis must find, and what it must not. */
import type pg from 'pg';
import type { Scene } from '../cluster/scene.ts';
import type { PoolerScene } from '../pooler/shows.ts';

export interface Scenario {
  /** in kebab case; also the name of its namespace on a real control plane */
  name: string;
  issueType: 'api-gateway-502' | 'database-connections' | 'high-memory' | 'workflow-stuck';
  /** what is wrong, in a sentence */
  what: string;
  scene?: Scene;
  /**
   * Brings the diagnosed database to it, `url` being that of its superuser; what it returns ends it. `pooled` is the same
   * database for the same user through a real PgBouncer (of which he is an admin), where one stands there.
   */
  database?: (patient: pg.Pool, url: string, pooled?: string) => Promise<() => Promise<void>>;
  /** what PgBouncer's console shows, where no real one stands there */
  pooler?: PoolerScene;
  /** what is not there, or a replica that stands there instead of the primary */
  instead?: { pooler?: 'away'; database?: 'away' | 'replica' };
  /** numbers of the runbook that are smaller, so that it need not last for minutes */
  thresholds?: Record<string, number>;
  /** memory in MiB or restarts as they were, a value a minute, the last one now; `pod` by its place in the workload, else of all */
  samples?: { workload: string; pod?: number; memory?: number[]; restarts?: number[] }[];
  /** what the runbook names besides */
  targets?: Record<string, string>;
  /** exactly these rules, besides those of level info */
  finds: string[];
  /** words that the first finding has to say */
  says?: string[];
  /** rules that a hasty look would find */
  not?: string[];
  /** why it cannot be played on a real control plane */
  onlyHere?: string;
}
