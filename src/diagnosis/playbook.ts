/** Look, then judge: runs probes in parallel, each within its own limit, and lets pure rules speak of what was seen. */
import type { Milliseconds } from '../incident/policy.ts';
import { turn } from '../turn.ts';
import type { Finding, Playbook, Probe, Report, Seen, Surroundings } from './diagnosis.ts';
import { historySince } from './history.ts';
import { judge } from './judgement.ts';
import { beginLook, type Look, since } from './look.ts';
import { forOneRun } from './shared.ts';
import type { Threshold } from './thresholds.ts';
import { together } from './together.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- `unknown` would not accept a probe of a narrower type
type Probes = Record<string, Probe<any>>;
type Evidence<P extends Probes> = { [Name in keyof P]: P[Name] extends Probe<infer Data> ? Seen<Data> : never };

export interface PlaybookParts<P extends Probes> {
  issueType: string;
  title: string;
  probes: P;
  /** numbers of its own that the runbook may set, by name */
  thresholds?: Record<string, Threshold>;
  rules: (evidence: Evidence<P>, surroundings: Surroundings) => Promise<Finding[]> | Finding[];
  /** sentences on what it is not, each from what was seen */
  ruledOut?: (evidence: Evidence<P>, surroundings: Surroundings) => string[];
}

/** What is known by then is said, whatever still hangs. */
const firstMs: Milliseconds = 4_000;
const notLooked = { ok: false, why: 'nobody looked' } as const;

/** A rule that needs something speaks only when it was seen. */
export const whenSeen = <Data, Said>(seen: Seen<Data>, rule: (data: Data) => Said[]): Said[] =>
  seen.ok ? rule(seen.data) : [];

/** What was seen, by the names of the probes. */
export type Sights = ReadonlyMap<string, Seen<unknown>>;

/** The two halves of a look, for whoever has evidence already. */
export interface Judging extends Playbook {
  findings(sights: Sights, surroundings: Surroundings): Promise<Finding[]>;
}

/** Title and rules come from the playbook, paragraph and steps from the runbook. */
export function playbook<P extends Probes>(parts: PlaybookParts<P>): Judging {
  const { issueType, probes, rules, thresholds = {} } = parts;
  const all = Object.values(probes);
  if (new Set(all.map(({ name }) => name)).size < all.length)
    throw new Error(`two probes of the playbook ${issueType} have one name`);
  return {
    issueType,
    probes: all,
    thresholds,
    findings: async (sights, surroundings) => together(await rules(evidenceOf(probes, sights), surroundings)),
    async run(surroundings, first) {
      const started = performance.now();
      const around = forOneRun(surroundings);
      const looks = all.map((probe) => beginLook(probe, around));
      const ended = Promise.all(looks.map(({ ended }) => ended));
      if (first && !(await isWithin(firstMs, ended))) {
        const soFar = await reportOf(parts, { looks, around, started });
        // what ended while that was judged is in the whole, which follows at once
        if (looks.some(({ isPending }) => isPending)) first(soFar);
      }
      await ended;
      await turn();
      return reportOf(parts, { looks, around, started });
    },
  };
}

function evidenceOf<P extends Probes>(probes: P, sights: Sights): Evidence<P> {
  const entries = Object.entries(probes).map(([key, { name }]) => [key, sights.get(name) ?? notLooked]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- entries lose which key has which type; they come from `probes`
  return Object.fromEntries(entries) as Evidence<P>;
}

async function reportOf<P extends Probes>(
  { issueType, title, probes, rules, ruledOut = () => [] }: PlaybookParts<P>,
  { looks, around, started }: { looks: Look[]; around: Surroundings; started: number },
): Promise<Report> {
  const evidence = evidenceOf(probes, new Map(looks.map(({ check, seen }) => [check.name, seen])));
  const checks = looks.map(({ check }) => check);
  // taken with the evidence: more is seen while the rules have their turns
  const pending = looks.filter(({ isPending }) => isPending).map(({ check }) => check.name);
  const judged = await judge(checks, {
    rules: async () => rules(evidence, around),
    ruledOut: () => ruledOut(evidence, around),
    byHand: around.issueType.look,
  });
  return {
    issueType,
    title,
    paragraph: around.issueType.paragraph,
    ...judged,
    steps: around.issueType.steps,
    pending,
    at: around.now,
    ...historySince(around.samples),
    tookMs: since(started),
  };
}

async function isWithin(ms: Milliseconds, work: Promise<unknown>): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const timer = setTimeout(() => late.resolve(false), ms);
  try {
    return await Promise.race([work.then(() => true), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
