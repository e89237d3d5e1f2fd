/** What a failed send means: try again and when, give up and tell, or (a page) never give up. Pure but for the jitter. */
import { type Retry, SendFailed } from '../errors.ts';
import type { Effect } from '../incident/effect.ts';
import type { Command } from '../incident/incident.ts';
import type { Claimed } from '../store/claim.ts';

export type Verdict =
  | { kind: 'sent'; news: Command | undefined }
  | {
      kind: 'later';
      code: string;
      why: string;
      afterMs: number;
      /** the other side said "too many": nobody else should try the same method before that */
      limited: boolean;
      mayHaveHappened: boolean;
      /** it is known and said elsewhere; a line in the log for each row would bury that */
      quiet: boolean;
      news?: Command;
    }
  | { kind: 'never'; code: string; why: string; news?: Command };

const firstPauseMs = 500;
export const longestPauseMs = 30_000;
/** about half an hour of trying; what still fails then is a poison row, not an outage */
const patience = 60;

/** Somebody has to mend it first: waited for without end, and asked for rarely. */
const untilMendedMs = 20_000;

export const pauseFor = (attempt: number): number =>
  Math.random() * Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempt, 10)) + 50;

/** A fault of ours, or one that nobody foresaw, is tried a few times and then taken for final. */
const mostUnexpected = 5;

interface Failure {
  code: string;
  why: string;
  retry: Retry;
  hint?: number | undefined;
}

function read(error: unknown, attempt: number): Failure {
  if (error instanceof SendFailed)
    return { code: error.code, why: error.message, retry: error.retry, hint: error.afterMs };
  const why = error instanceof Error ? error.message : String(error);
  return { code: 'unexpected', why, retry: attempt >= mostUnexpected ? 'never' : 'later' };
}

export function afterFailure({ effect, attempt }: Pick<Claimed, 'effect' | 'attempt'>, error: unknown): Verdict {
  const { code, why, retry, hint } = read(error, attempt);
  const isLimited = hint !== undefined;
  const how = { limited: isLimited, mayHaveHappened: !isLimited, quiet: code === 'pending' };
  const later: Verdict = { kind: 'later', code, why, afterMs: hint ?? pauseFor(attempt), ...how };
  if (retry === 'when-mended') return { ...later, afterMs: untilMendedMs, mayHaveHappened: false, quiet: true };
  const final = retry === 'never';
  if (effect.kind === 'page') return final ? { ...later, afterMs: longestPauseMs, ...failed(effect, why) } : later;
  if (attempt < patience && (!final || endsPage(effect))) return later;
  return { kind: 'never', code, why, ...givenUp(effect, why) };
}

/** What silences a telephone is tried on even after a refusal. */
const endsPage = ({ kind }: Effect): boolean => kind === 'acknowledge-page' || kind === 'close-page';

const failed = (effect: Effect & { kind: 'page' }, why: string): { news: Command } => ({
  news: { kind: 'page-failed', page: effect.page, why },
});

/** What the core must hear of an effect that will never happen; niceties are only logged. */
function givenUp(effect: Effect, why: string): { news?: Command } {
  switch (effect.kind) {
    case 'open-channel':
      return { news: { kind: 'channel-impossible', why } };
    case 'topic':
    case 'pin':
    case 'redraw':
    case 'note-page':
    case 'confirm-page':
      return {};
    case 'post':
      // a notice that cannot be posted must not ask for another notice
      return effect.entry.kind === 'undeliverable'
        ? {}
        : { news: { kind: 'undeliverable', what: `${effect.kind} (${effect.entry.kind})`, why } };
    default:
      return { news: { kind: 'undeliverable', what: effect.kind, why } };
  }
}
