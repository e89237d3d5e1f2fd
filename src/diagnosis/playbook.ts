/** Look, then judge: runs probes in parallel, each within its own limit, and lets pure rules speak of what was seen. */
import type { Check, Finding, Playbook, Probe, Report, Seen, Surroundings, Verdict } from './diagnosis.ts';
import { reasonOf } from './words.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- `unknown` would not accept a probe of a narrower type
type Probes = Record<string, Probe<any>>;
type Evidence<P extends Probes> = { [Name in keyof P]: P[Name] extends Probe<infer Data> ? Seen<Data> : never };

export interface PlaybookParts<P extends Probes> {
  issueType: string;
  title: string;
  probes: P;
  rules: (evidence: Evidence<P>, surroundings: Surroundings) => Finding[];
}

/** A rule that needs something speaks only when it was seen. */
export const whenSeen = <Data>(seen: Seen<Data>, rule: (data: Data) => Finding[]): Finding[] =>
  seen.ok ? rule(seen.data) : [];

/** Title and rules come from the playbook, paragraph and steps from the runbook. */
export function playbook<P extends Probes>({ issueType, title, probes, rules }: PlaybookParts<P>): Playbook {
  return {
    issueType,
    async run(surroundings) {
      const started = performance.now();
      const looks = await Promise.all(
        Object.entries(probes).map(([name, probe]) => lookWithin(name, probe, surroundings)),
      );
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- entries lose which name has which type; they come from `probes`
      const evidence = Object.fromEntries(looks.map(({ name, seen }) => [name, seen])) as Evidence<P>;
      const findings = rules(evidence, surroundings);
      const checks = looks.map(({ check }) => ({ ...check, verdict: verdictOf(check, findings) }));
      const { paragraph, steps } = surroundings.issueType;
      const verdict = overall(checks, findings);
      const report: Report = { issueType, title, paragraph, verdict, findings, checks, steps, tookMs: since(started) };
      return report;
    },
  };
}

interface Look {
  name: string;
  seen: Seen<unknown>;
  check: Check;
}

async function lookWithin(name: string, probe: Probe<unknown>, surroundings: Surroundings): Promise<Look> {
  const started = performance.now();
  const seen = await limited(probe, surroundings);
  const said = { name: probe.name, repeat: repeatOf(probe, surroundings), tookMs: since(started) };
  const check: Check = seen.ok ? { ...said, verdict: 'healthy' } : { ...said, verdict: 'unknown', why: seen.why };
  return { name, seen, check };
}

function repeatOf(probe: Probe<unknown>, { issueType }: Surroundings): string {
  try {
    return probe.repeat(issueType);
  } catch {
    // the policy names something that cannot be asked for; the look itself says so
    return issueType.look.join('\n');
  }
}

/**
 * Not every client obeys a signal, so the look races a timer; a look that ends later is not waited for. A timer of its
 * own and not AbortSignal.timeout: it is cleared, and what it rejects with is an error of ours.
 */
async function limited(probe: Probe<unknown>, surroundings: Surroundings): Promise<Seen<unknown>> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`no answer within ${probe.timeoutMs / 1_000} s`)),
    probe.timeoutMs,
  );
  try {
    return { ok: true, data: await Promise.race([probe.look(surroundings), late.promise]) };
  } catch (error) {
    return { ok: false, why: reasonOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** A check is suspect when a finding names it: findings carry the name of the probe they follow from in `check`. */
function verdictOf(check: Check, findings: Finding[]): Verdict {
  if (check.verdict === 'unknown') return 'unknown';
  return findings.some((finding) => finding.check === check.name && finding.level !== 'info') ? 'suspect' : 'healthy';
}

/** Nothing looked at is nothing known. */
function overall(checks: Check[], findings: Finding[]): Verdict {
  if (findings.some(({ level }) => level !== 'info')) return 'suspect';
  return checks.length === 0 || checks.some(({ verdict }) => verdict === 'unknown') ? 'unknown' : 'healthy';
}

const since = (started: number): number => Math.round(performance.now() - started);
