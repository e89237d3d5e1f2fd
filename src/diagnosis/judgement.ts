/** What the rules make of what was seen. One that breaks ends no look: what it left unjudged is unknown, never healthy. */
import { turn } from '../turn.ts';
import type { Check, Finding, Report, Seen, Verdict } from './diagnosis.ts';
import { together } from './together.ts';
import { reasonOf } from './words.ts';

interface Rules {
  rules: () => Promise<Finding[]>;
  ruledOut: () => string[];
  /** with which a person sees what was not judged */
  byHand: string[];
}

export async function judge(
  checks: Check[],
  { rules, ruledOut, byHand }: Rules,
): Promise<Pick<Report, 'verdict' | 'findings' | 'checks' | 'ruledOut'>> {
  const found = await unbroken(async () => together(await rules()));
  await turn();
  const denied = await unbroken(async () => (found.ok ? ruledOut() : []));
  const findings = found.ok ? found.data : [];
  const judged = found.ok
    ? checks.map((check) => ({ ...check, verdict: verdictOf(check, findings) }))
    : unjudged(checks);
  const all = [...brokenOf([found, denied], byHand), ...judged];
  return { verdict: overall(all, findings), findings, checks: all, ruledOut: denied.ok ? denied.data : [] };
}

async function unbroken<Said>(rules: () => Promise<Said[]>): Promise<Seen<Said[]>> {
  try {
    return { ok: true, data: await rules() };
  } catch (error) {
    return { ok: false, why: reasonOf(error) };
  }
}

const brokenOf = (said: Seen<unknown>[], byHand: string[]): Check[] =>
  said
    .flatMap((one) => (one.ok ? [] : [one.why]))
    .map((why) => ({
      name: 'judgement',
      verdict: 'unknown',
      why: `a rule broke over what was seen: ${why}`,
      repeat: byHand.join('\n'),
      tookMs: 0,
    }));

const unjudged = (checks: Check[]): Check[] =>
  checks.map((check) =>
    check.verdict === 'healthy' ? { ...check, verdict: 'unknown', why: 'seen, and not judged' } : check,
  );

/** A check is suspect when a finding names it: findings carry the name of the probe they follow from in `check`. */
function verdictOf(check: Check, findings: Finding[]): Verdict {
  if (findings.some((finding) => finding.check === check.name && finding.level !== 'info')) return 'suspect';
  return check.verdict;
}

/** Nothing looked at is nothing known. */
function overall(checks: Check[], findings: Finding[]): Verdict {
  if (findings.some(({ level }) => level !== 'info')) return 'suspect';
  return checks.length === 0 || checks.some(({ verdict }) => verdict === 'unknown') ? 'unknown' : 'healthy';
}
