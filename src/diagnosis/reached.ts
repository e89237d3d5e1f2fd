/** One service as far as it was reached from where the bot runs. */
import type { Milliseconds } from '../incident/policy.ts';

export const reachSteps = ['DNS', 'TCP', 'TLS', 'HTTP'] as const;
export type ReachStep = (typeof reachSteps)[number];

export interface Reached {
  /** without user, password and query */
  service: string;
  host: string;
  port: number;
  /** seen in lines of the engine's log, and not named by the runbook */
  isFromLog: boolean;
  /** those that were done, in order */
  steps: { step: ReachStep; ms: Milliseconds }[];
  failed?: { step: ReachStep; why: string; ms: Milliseconds } | undefined;
  status?: number | undefined;
}
