/** Look, then judge: runs probes in parallel, each within its own limit, and lets pure rules speak of what was seen. */
import { CannotSee } from '../errors.ts';
import type { Milliseconds } from '../incident/policy.ts';
import { turn } from '../turn.ts';
import type { Check, Finding, Playbook, Probe, Report, Seen, Surroundings } from './diagnosis.ts';
import { historySince } from './history.ts';
import { judge } from './judgement.ts';
import { forOneRun } from './shared.ts';
import type { Threshold } from './thresholds.ts';
import { together } from './together.ts';
import { reasonOf } from './words.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- `unknown` would not accept a probe of a narrower type
type Probes = Record<string, Probe<any>>;
type Evidence<P extends Probes> = { [Name in keyof P]: P[Name] extends Probe<infer Data> ? Seen<Data> : never };

export interface PlaybookParts<P extends Probes> {
  issueType: string;
  title: string;
  probes: P;
  /** numbers of its own that the runbook may set, by name */
  thresholds?: Record<string, Threshold>;
  rules: (evidence: Evidence<P>, surroundings: Surroundings) => Finding[];
  /** sentences on what it is not, each from what was seen */
  ruledOut?: (evidence: Evidence<P>, surroundings: Surroundings) => string[];
}

/** What is known by then is said, whatever still hangs. */
const firstMs: Milliseconds = 4_000;
/** A person who waits has all that there is by then, whatever a probe allows itself. */
const longestMs: Milliseconds = 14_000;
const notLooked = { ok: false, why: 'nobody looked' } as const;
const stillLooking = { ok: false, why: 'still looking' } as const;

/** A rule that needs something speaks only when it was seen. */
export const whenSeen = <Data, Said>(seen: Seen<Data>, rule: (data: Data) => Said[]): Said[] =>
  seen.ok ? rule(seen.data) : [];

/** What was seen, by the names of the probes. */
export type Sights = ReadonlyMap<string, Seen<unknown>>;

/** The two halves of a look, for whoever has evidence already. */
export interface Judging extends Playbook {
  findings(sights: Sights, surroundings: Surroundings): Finding[];
}

/** Title and rules come from the playbook, paragraph and steps from the runbook. */
export function playbook<P extends Probes>(parts: PlaybookParts<P>): Judging {
  const { issueType, probes, rules, thresholds = {} } = parts;
  return {
    issueType,
    probes: Object.values(probes),
    thresholds,
    findings: (sights, surroundings) => together(rules(evidenceOf(probes, sights), surroundings)),
    async run(surroundings, first) {
      const started = performance.now();
      const around = forOneRun(surroundings);
      const looks = Object.values(probes).map((probe) => beginLook(probe, around));
      const ended = Promise.all(looks.map(({ ended }) => ended));
      if (first && !(await isWithin(firstMs, ended))) first(reportOf(parts, { looks, around, started }));
      await ended;
      await turn();
      return reportOf(parts, { looks, around, started });
    },
  };
}

interface Look {
  seen: Seen<unknown>;
  check: Check;
  isPending: boolean;
  ended: Promise<void>;
}

function beginLook(probe: Probe<unknown>, around: Surroundings): Look {
  const started = performance.now();
  const said = { name: probe.name, repeat: repeatOf(probe, around) };
  const look: Look = {
    seen: stillLooking,
    check: { ...said, verdict: 'unknown', why: stillLooking.why, tookMs: 0 },
    isPending: true,
    ended: Promise.resolve(),
  };
  const end = async (): Promise<void> => {
    const { seen, gaps } = await seenOf(probe, around);
    const check: Check = { ...said, verdict: 'healthy', tookMs: since(started) };
    if (gaps.length > 0) Object.assign(check, { verdict: 'unknown', why: gaps[0], gaps });
    if (!seen.ok) Object.assign(check, { ...unseen(seen), verdict: 'unknown' });
    Object.assign(look, { seen, check, isPending: false });
  };
  look.ended = end();
  return look;
}

const unseen = ({ why, grant }: Seen<unknown> & { ok: false }) => ({ why, ...(grant === undefined ? {} : { grant }) });

/** A probe that breaks over what it saw has seen nothing that could be believed. */
async function seenOf(probe: Probe<unknown>, around: Surroundings): Promise<{ seen: Seen<unknown>; gaps: string[] }> {
  const seen = await limited(probe, around);
  if (!seen.ok) return { seen, gaps: [] };
  try {
    return { seen, gaps: probe.gaps?.(seen.data) ?? [] };
  } catch (error) {
    return { seen: { ok: false, why: reasonOf(error) }, gaps: [] };
  }
}

function evidenceOf<P extends Probes>(probes: P, sights: Sights): Evidence<P> {
  const entries = Object.entries(probes).map(([key, { name }]) => [key, sights.get(name) ?? notLooked]);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- entries lose which key has which type; they come from `probes`
  return Object.fromEntries(entries) as Evidence<P>;
}

function reportOf<P extends Probes>(
  { issueType, title, probes, rules, ruledOut = () => [] }: PlaybookParts<P>,
  { looks, around, started }: { looks: Look[]; around: Surroundings; started: number },
): Report {
  const evidence = evidenceOf(probes, new Map(looks.map(({ check, seen }) => [check.name, seen])));
  const checks = looks.map(({ check }) => check);
  return {
    issueType,
    title,
    paragraph: around.issueType.paragraph,
    ...judge(checks, {
      rules: () => rules(evidence, around),
      ruledOut: () => ruledOut(evidence, around),
      byHand: around.issueType.look,
    }),
    steps: around.issueType.steps,
    pending: looks.filter(({ isPending }) => isPending).map(({ check }) => check.name),
    at: around.now,
    ...historySince(around.samples),
    tookMs: since(started),
  };
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
async function limited(probe: Probe<unknown>, around: Surroundings): Promise<Seen<unknown>> {
  const late = Promise.withResolvers<never>();
  const limit = Math.min(probe.timeoutMs, longestMs);
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${limit / 1_000} s`)), limit);
  try {
    return { ok: true, data: await Promise.race([probe.look(around), late.promise]) };
  } catch (error) {
    const grant = error instanceof CannotSee ? error.grant : undefined;
    return { ok: false, why: reasonOf(error), ...(grant === undefined ? {} : { grant }) };
  } finally {
    clearTimeout(timer);
  }
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

const since = (started: number): number => Math.round(performance.now() - started);
