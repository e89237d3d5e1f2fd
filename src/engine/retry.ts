/** What a failed send means: try again and when, give up and tell, or (a page) never give up. Pure but for the jitter. */
import { type Retry, SendFailed } from '../errors.ts';
import type { Effect } from '../incident/effect.ts';
import type { Command, Incident } from '../incident/incident.ts';
import { isAway } from '../store/away.ts';
import type { Claimed } from '../store/claim.ts';

export type Verdict =
  | { kind: 'sent'; news: Command | undefined }
  /** it would say what is not true any more: not sent at all */
  | { kind: 'past'; news?: undefined }
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
  (0.5 + Math.random() / 2) * Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempt - 1, 10));

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
  if (isAway(error)) return { code: 'own-database', why, retry: 'later' };
  return { code: 'unexpected', why, retry: attempt >= mostUnexpected ? 'never' : 'later' };
}

/** What failed, of which incident as it was then. */
export type Failed = Pick<Claimed, 'effect' | 'attempt'> & { incident: Incident };

export function afterFailure({ effect, attempt, incident }: Failed, error: unknown): Verdict {
  const failure = read(error, attempt);
  const later = laterBy(failure, attempt);
  const { code, why, retry } = failure;
  if (retry === 'when-mended') return { ...later, afterMs: untilMendedMs, mayHaveHappened: false, quiet: true };
  if (code === 'home-lost') return homeless(incident, later);
  if (wakes(effect)) return unpaged(effect, failure, later);
  if (retry === 'never' ? endsPage(effect) && attempt < patience : mayStillGo(effect, attempt, code)) return later;
  return { kind: 'never', code, why, ...givenUp(effect, why) };
}

type Later = Extract<Verdict, { kind: 'later' }>;

function laterBy({ code, why, hint }: Failure, attempt: number): Later {
  const isLimited = hint !== undefined;
  const how = { limited: isLimited, mayHaveHappened: !isLimited, quiet: code === 'pending' };
  return { kind: 'later', code, why, afterMs: hint ?? pauseFor(attempt), ...how };
}

/** The row waits for the new home; of an incident that is over nobody looks at the channel any more. */
function homeless({ home, phase }: Incident, later: Later): Verdict {
  const { code, why } = later;
  if (phase === 'closed' || phase === 'cancelled') return { kind: 'never', code, why };
  const channel = home.kind === 'none' ? '' : home.channel;
  return { ...later, mayHaveHappened: false, news: { kind: 'channel-lost', channel, why } };
}

const isOutage = (code: string): boolean =>
  code === 'unreachable' || code === 'own-database' || code.startsWith('http-5');

const mayStillGo = (effect: Effect, attempt: number, code: string): boolean =>
  attempt < patience || (isOutage(code) && carriesIncident(effect));

/** Without these an incident has no place and no face: they outlast any outage. */
const carriesIncident = ({ kind }: Effect): boolean =>
  kind === 'open-channel' || kind === 'announce' || kind === 'card';

/** What silences a telephone is tried on even after a refusal. */
const endsPage = ({ kind }: Effect): boolean => kind === 'acknowledge-page' || kind === 'close-page';

/** Never given up while somebody is to be woken: an acknowledgement supersedes it. */
const wakes = (effect: Effect): effect is Paging => effect.kind === 'page' || effect.kind === 'confirm-page';
type Paging = Extract<Effect, { kind: 'page' | 'confirm-page' }>;

/** A refusal takes the second route; what is refused in words that will not change is asked rarely. */
function unpaged(effect: Paging, { code, why, retry }: Failure, later: Later): Verdict {
  if (retry === 'never') return { ...later, afterMs: longestPauseMs, ...failed(effect, why) };
  return code === 'refused' ? { ...later, ...failed(effect, why) } : later;
}

const failed = (effect: Paging, why: string): { news: Command } => ({
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
    case 'redraw-report':
    case 'note-page':
    case 'confirm-page':
      return {};
    case 'attach':
      return { news: { kind: 'not-attached', report: effect.report, why } };
    case 'post':
      // a notice that cannot be posted must not ask for another notice
      return effect.entry.kind === 'undeliverable'
        ? {}
        : { news: { kind: 'undeliverable', what: `${effect.kind} (${effect.entry.kind})`, why } };
    default:
      return { news: { kind: 'undeliverable', what: effect.kind, why } };
  }
}
