/** Look, then judge: runs probes in parallel, each within its own limit, and lets pure rules speak of what was seen. */
import type { Check, Finding, Playbook, Probe, Report, Seen, Surroundings, Verdict } from './diagnosis.ts';

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
      const tookMs = Math.round(performance.now() - started);
      return {
        issueType,
        title,
        paragraph,
        steps,
        findings,
        checks,
        verdict: overall(checks, findings),
        tookMs,
      } satisfies Report;
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
  const tookMs = Math.round(performance.now() - started);
  const repeat = repeatOf(probe, surroundings);
  const check: Check = seen.ok
    ? { name: probe.name, verdict: 'healthy', repeat, tookMs }
    : { name: probe.name, verdict: 'unknown', why: seen.why, repeat, tookMs };
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

/** Not every client obeys a signal, so the look races a timer; a look that ends later is not waited for. */
async function limited(probe: Probe<unknown>, surroundings: Surroundings): Promise<Seen<unknown>> {
  const within = AbortSignal.timeout(probe.timeoutMs);
  const late = new Promise<never>((_, reject) => {
    within.addEventListener('abort', () => reject(new Error(`no answer within ${probe.timeoutMs / 1_000} s`)), {
      once: true,
    });
  });
  try {
    return { ok: true, data: await Promise.race([probe.look(surroundings), late]) };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}

/** A check is suspect when a finding names it: findings carry the name of the probe they follow from in `check`. */
function verdictOf(check: Check, findings: Finding[]): Verdict {
  if (check.verdict === 'unknown') return 'unknown';
  return findings.some((finding) => finding.check === check.name && finding.level !== 'info') ? 'suspect' : 'healthy';
}

function overall(checks: Check[], findings: Finding[]): Verdict {
  if (findings.some(({ level }) => level !== 'info')) return 'suspect';
  return checks.length === 0 || checks.some(({ verdict }) => verdict === 'unknown') ? 'unknown' : 'healthy';
}
