/** Nobody has said what is broken: every playbook looks, and what it may be is told by what each of them saw. */
import { keyOf } from './compare.ts';
import {
  byLevel,
  type Check,
  findingLevels,
  type Playbook,
  type Report,
  type Suggestion,
  type Surroundings,
  type Verdict,
} from './diagnosis.ts';

export interface Look {
  playbook: Playbook;
  surroundings: Surroundings;
}

const verdictRank: Record<Verdict, number> = { suspect: 0, unknown: 1, healthy: 2 };

/** All at once; `first` hears, once, what is known as soon as each of them has something to say. */
export async function runTriage(looks: Look[], first?: (report: Report) => void): Promise<Report> {
  const known = new Map<Look, Report>();
  let told = false;
  const tell = (): void => {
    if (told || known.size < looks.length || ![...known.values()].some(({ pending }) => pending.length > 0)) return;
    told = true;
    first?.(asOne(looks.flatMap((look) => known.get(look) ?? [])));
  };
  const reports = await Promise.all(
    looks.map(async (look) => {
      const hear = (report: Report): void => {
        known.set(look, report);
        tell();
      };
      const report = await look.playbook.run(look.surroundings, hear);
      hear(report);
      return report;
    }),
  );
  return asOne(reports);
}

export function asOne(reports: Report[]): Report {
  const findings = onlyOnce(reports.flatMap((report) => report.findings).toSorted(byLevel), keyOf);
  const checks = checksOf(reports);
  const open = new Set(
    [...checks.filter(({ why }) => why !== undefined), ...reports.flatMap(seenOnce)].map(({ name }) => name),
  );
  return {
    issueType: '',
    title: 'What it may be',
    paragraph: 'Common Issues',
    verdict: overall(reports),
    findings,
    checks,
    ruledOut: onlyOnce(
      reports.flatMap((report) => report.ruledOut),
      (sentence) => sentence,
    ),
    steps: [],
    pending: onlyOnce(
      reports.flatMap((report) => report.pending),
      (name) => name,
    ).filter((name) => open.has(name)),
    at: Math.min(...reports.map(({ at }) => at)),
    ...sharedHistory(reports),
    tookMs: Math.max(0, ...reports.map(({ tookMs }) => tookMs)),
    suggestions: reports.map(suggestionOf).toSorted(byWeight),
  };
}

/** Seen, and looked at once more. */
const seenOnce = ({ checks, pending }: Report): Check[] =>
  checks.filter(({ name, why }) => why === undefined && pending.includes(name));

/** A finding may be of any of them: as far back as all were told. */
function sharedHistory(reports: Report[]): Pick<Report, 'historySince'> {
  const since = Math.max(...reports.map(({ historySince = Infinity }) => historySince));
  return Number.isFinite(since) ? { historySince: since } : {};
}

/**
 * Two playbooks may ask the same thing: what one of them saw was seen. Under one name they may ask in two places as well:
 * there the name is healthy only where all of them are.
 */
function checksOf(reports: Report[]): Check[] {
  const asked = reports.flatMap((report) => report.checks).toSorted(bySight);
  const each = onlyOnce(asked, ({ name, repeat }) => `${name}\n${repeat}`);
  const ill = each.filter(({ verdict }) => verdict !== 'healthy');
  const names = new Set(ill.map(({ name }) => name));
  const healthy = each.filter(({ name, verdict }) => verdict === 'healthy' && !names.has(name));
  return [...ill, ...onlyOnce(healthy, ({ name }) => name)];
}

const sightRank: Record<Verdict, number> = { suspect: 0, healthy: 1, unknown: 2 };

const bySight = (a: Check, b: Check): number => sightRank[a.verdict] - sightRank[b.verdict];

function onlyOnce<One>(all: One[], keyOf: (one: One) => string): One[] {
  const kept = new Map<string, One>();
  for (const one of all) if (!kept.has(keyOf(one))) kept.set(keyOf(one), one);
  return [...kept.values()];
}

function overall(reports: Report[]): Verdict {
  const [worst] = reports.map(({ verdict }) => verdict).toSorted((a, b) => verdictRank[a] - verdictRank[b]);
  return worst ?? 'unknown';
}

function suggestionOf({ issueType, title, verdict, findings: [top] }: Report): Suggestion {
  return { issueType, title, verdict, ...(top ? { level: top.level, summary: `${top.subject}: ${top.summary}` } : {}) };
}

const weightOf = ({ verdict, level }: Suggestion): number =>
  verdictRank[verdict] * 10 + (level === undefined ? findingLevels.length : findingLevels.indexOf(level));

const byWeight = (a: Suggestion, b: Suggestion): number => weightOf(a) - weightOf(b);
