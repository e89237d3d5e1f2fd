/** One probe looks, within its limit, and once more where one look does not tell. */
import { CannotSee } from '../errors.ts';
import type { Milliseconds } from '../incident/policy.ts';
import type { Check, Probe, Seen, Surroundings } from './diagnosis.ts';
import { reasonOf } from './words.ts';

/** A person who waits has all that there is by then, whatever a probe allows itself. */
const longestMs: Milliseconds = 14_000;
const stillLooking = { ok: false, why: 'still looking' } as const;

export interface Look {
  seen: Seen<unknown>;
  check: Check;
  isPending: boolean;
  ended: Promise<void>;
}

export function beginLook(probe: Probe<unknown>, around: Surroundings): Look {
  const started = performance.now();
  const said = { name: probe.name, repeat: repeatOf(probe, around) };
  const look: Look = {
    seen: stillLooking,
    check: { ...said, verdict: 'unknown', why: stillLooking.why, tookMs: 0 },
    isPending: true,
    ended: Promise.resolve(),
  };
  const tell = ({ seen, gaps }: Glance): void => {
    const check: Check = { ...said, verdict: 'healthy', tookMs: since(started) };
    if (gaps.length > 0) Object.assign(check, { verdict: 'unknown', why: gaps[0], gaps });
    if (!seen.ok) Object.assign(check, { ...unseen(seen), verdict: 'unknown' });
    Object.assign(look, { seen, check });
  };
  const end = async (): Promise<void> => {
    const first = await glanceOf(probe, around, { limit: longestMs, look: () => probe.look(around) });
    tell(first);
    const second = await lookAgain(probe, around, { first, left: longestMs - since(started) });
    if (second?.seen.ok) tell(second);
    look.isPending = false;
  };
  look.ended = end();
  return look;
}

const unseen = ({ why, grant }: Seen<unknown> & { ok: false }) => ({ why, ...(grant === undefined ? {} : { grant }) });

interface Glance {
  seen: Seen<unknown>;
  gaps: string[];
  /** what it shows takes a second look to be sure */
  isOnce: boolean;
}

interface Asked {
  look: () => Promise<unknown>;
  limit: Milliseconds;
}

/** A probe that breaks over what it saw has seen nothing that could be believed. */
async function glanceOf(probe: Probe<unknown>, around: Surroundings, { look, limit }: Asked): Promise<Glance> {
  const seen = await limited(look, Math.min(probe.timeoutMs, limit));
  if (!seen.ok) return { seen, gaps: [], isOnce: false };
  try {
    const isOnce = probe.again?.isNeeded(seen.data, around) ?? false;
    return { seen, gaps: probe.gaps?.(seen.data) ?? [], isOnce };
  } catch (error) {
    return { seen: { ok: false, why: reasonOf(error) }, gaps: [], isOnce: false };
  }
}

/** In what is left of the time that a person waits; without any, the first look stands. */
async function lookAgain(
  probe: Probe<unknown>,
  around: Surroundings,
  { first: { seen, isOnce }, left }: { first: Glance; left: Milliseconds },
): Promise<Glance | undefined> {
  const { again } = probe;
  if (!again || !seen.ok || !isOnce || Math.min(probe.timeoutMs, left) <= again.afterMs) return undefined;
  const look = async (): Promise<unknown> => {
    await new Promise((resolve) => setTimeout(resolve, again.afterMs));
    return again.look(seen.data, around);
  };
  return glanceOf(probe, around, { look, limit: left });
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
async function limited(look: () => Promise<unknown>, limit: Milliseconds): Promise<Seen<unknown>> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${limit / 1_000} s`)), limit);
  try {
    return { ok: true, data: await Promise.race([look(), late.promise]) };
  } catch (error) {
    const grant = error instanceof CannotSee ? error.grant : undefined;
    return { ok: false, why: reasonOf(error), ...(grant === undefined ? {} : { grant }) };
  } finally {
    clearTimeout(timer);
  }
}

export const since = (started: number): number => Math.round(performance.now() - started);
