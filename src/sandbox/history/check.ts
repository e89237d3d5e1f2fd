/** The history checker: whether everything that a run left behind keeps the invariants I1 to I13. */
import { auditChain } from './chain.ts';
import { neverEarly } from './early.ts';
import type { AllowanceKind, Check, Fault } from './fault.ts';
import { nothingUnintended, oneChannelEach } from './intent.ts';
import { journalIsMerged } from './journal.ts';
import { dutiesOnce, inputsOnce } from './once.ts';
import { dueIsPaged, oneKeyPerStep, quietAfterwards } from './pages.ts';
import { postsOnce, sentStands } from './posts.ts';
import type { Records } from './records.ts';
import { acknowledgedInTime, slackRulesKept } from './rules.ts';
import { pagerShowsTheTruth, slackShowsTheTruth } from './shown.ts';
import { nothingLeaks } from './words.ts';

const checks: Check[] = [
  oneChannelEach,
  dueIsPaged,
  quietAfterwards,
  neverEarly,
  oneKeyPerStep,
  inputsOnce,
  postsOnce,
  dutiesOnce,
  nothingUnintended,
  auditChain,
  slackShowsTheTruth,
  sentStands,
  pagerShowsTheTruth,
  slackRulesKept,
  acknowledgedInTime,
  journalIsMerged,
  nothingLeaks,
];

/** An exception that a run may need: how often at most, and for what reason. */
export interface Allowance {
  kind: AllowanceKind;
  most: number;
  why: string;
}

/** A sentence for each thing that is wrong, beginning with the invariant's name; empty when all of them hold. */
export function checkHistory(records: Records, allowances: Allowance[] = []): string[] {
  const faults = checks.flatMap((check) => check(records));
  return faults.filter((fault) => !isCovered(fault, faults, allowances)).map(({ text }) => text);
}

/** The first ones of a kind are covered, as many as are allowed. */
function isCovered(fault: Fault, faults: Fault[], allowances: Allowance[]): boolean {
  const { coveredBy } = fault;
  const allowed = allowances.filter(({ kind }) => kind === coveredBy).reduce((sum, { most }) => sum + most, 0);
  return faults.filter((one) => one.coveredBy === coveredBy).indexOf(fault) < allowed && coveredBy !== undefined;
}
