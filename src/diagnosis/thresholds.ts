/** The numbers that rules compare with: what each is, and its value where the runbook sets none for an issue type. */
import type { IssueType } from '../incident/policy.ts';
import { hours, minutes, seconds } from '../incident/times.ts';

export interface Threshold {
  /** a time is in milliseconds */
  unit: 'time' | 'percent' | 'number';
  byDefault: number;
  what: string;
  /** of a number: below it everything would be a finding; 1 where left out */
  least?: number;
}

const time = (byDefault: number, what: string): Threshold => ({ unit: 'time', byDefault, what });
const percent = (byDefault: number, what: string): Threshold => ({ unit: 'percent', byDefault, what });
const number = (byDefault: number, what: string, least = 1): Threshold => ({ unit: 'number', byDefault, what, least });

export const thresholds = {
  killedCritical: time(minutes(30), 'a container that was killed within it is critical'),
  killedWarning: time(hours(24), 'a container that was killed within it is a warning, before it a note'),
  restartedWithin: time(minutes(15), 'a restart within it is a warning'),
  restartsInAnHour: number(3, 'restarts of a container within an hour that are critical'),
  restartsInAll: number(5, 'with more restarts in all, a fresh one is critical', 0),
  provenAfter: time(minutes(5), 'a pod that took the place of one that crashed has to run for as long to be well'),
  livenessKills: number(2, 'kills by the liveness probe, within `restartedWithin`, that are a warning'),
  notReadyCritical: time(minutes(15), 'a pod that runs and is not ready for longer is critical'),
  unschedulableCritical: time(minutes(5), 'a pod that no node takes for longer is critical'),
  creatingAfter: time(minutes(2), 'containers that are in the making for longer are told'),
  evictedWithin: time(hours(24), 'a pod that was put out within it is a warning'),
  terminatingAfter: time(seconds(60), 'a pod that stays for longer than its grace and this is a warning'),
  availableCritical: percent(50, 'a workload with less of its pods available is critical'),
  unavailableWarning: time(minutes(5), 'a workload that lacks a pod for longer is a warning'),
  unavailableCritical: time(minutes(1), 'a workload that the cluster calls unavailable for longer is critical'),
  rolledOutWithin: time(hours(1), 'a rollout within it may be the cause'),
  warnedWithin: time(hours(1), 'warnings of the cluster within it are told'),
  quotaNote: percent(90, 'a quota of which as much is used is noted'),
  endpointsWarning: percent(50, 'a service with less of its endpoints ready is a warning'),
  gatewayReadyCritical: percent(50, 'with less of its pods ready, the gateway is critical'),
  errorsWarning: percent(1, 'requests that failed with 502, of all that were read, that are a warning'),
  errorsCritical: percent(5, 'requests that failed with 502, of all that were read, that are critical'),
  errorLinesCritical: number(10, 'requests that failed with 502, of however many, that are critical'),
  memoryWarningPercent: percent(80, 'a container that uses as much of its memory limit is a warning'),
  memoryCriticalPercent: percent(90, 'a container that uses as much of its memory limit is critical'),
  slotsWarning: percent(80, "Postgres's connections in use that are a warning"),
  slotsCritical: percent(95, "Postgres's connections in use that are critical"),
  longQuery: time(minutes(1), 'a statement that runs for longer is a warning'),
  longQueryCritical: time(minutes(5), 'a statement that runs for longer is critical'),
  idleInTransaction: time(minutes(1), 'a session idle in transaction for longer is a warning'),
  idleInTransactionCritical: time(minutes(5), 'a session idle in transaction for longer is critical'),
  blockedWarning: time(seconds(30), 'a session that waits for a lock for longer is a warning'),
  blockedCritical: time(minutes(1), 'a session that waits for a lock for longer is critical'),
  stuckAfter: time(hours(1), 'an execution that runs for longer is stuck'),
  longRunningAfter: time(hours(24), 'an execution of a workflow named in `longRunning` that runs for longer is stuck'),
  stalledAfter: time(minutes(15), 'without an execution that ends for longer, nothing finishes'),
  criticalCount: number(10, 'stuck executions that are critical'),
  criticalAge: time(hours(3), 'an execution that is stuck for longer is critical'),
  slowAfter: time(seconds(2), 'a service that the engine needs and that answers later is slow'),
} satisfies Record<string, Threshold>;

export type ThresholdName = keyof typeof thresholds;

/** What the runbook sets for the issue type, else the default. */
export const limitOf = (of: Pick<IssueType, 'thresholds'>, name: ThresholdName): number =>
  of.thresholds[name] ?? thresholds[name].byDefault;
