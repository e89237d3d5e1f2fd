/** One thing that can be wrong, as data: how to bring it about, what a diagnosis must find, and what it must not. */
import type pg from 'pg';
import type { Scene } from '../cluster/scene.ts';

export interface Scenario {
  /** in kebab case; also the name of its namespace on a real control plane */
  name: string;
  issueType: 'api-gateway-502' | 'database-connections' | 'high-memory' | 'workflow-stuck';
  /** what is wrong, in a sentence */
  what: string;
  scene?: Scene;
  /** brings the diagnosed database to it; what it returns ends it */
  database?: (patient: pg.Pool, url: string) => Promise<() => Promise<void>>;
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
