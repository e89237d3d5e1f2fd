/** How a database or pooler answers when one knocks: open, or in which of the ways that look alike to its clients. */
import { reasonOf } from '../diagnosis/words.ts';
import { CannotSee, type CannotSeeCode } from '../errors.ts';

/**
 * `full`: no connection left for anybody · `own-limit`: none for this login, others may well go on · `starting`: or going
 * down · `login`: it is there, and refuses us · `down`: nobody listens · `unnamed`: its name leads nowhere · `late`: silence
 */
export type How = 'full' | 'own-limit' | 'starting' | 'login' | 'down' | 'unnamed' | 'late';

export interface NoAnswer {
  answers: false;
  how: How;
  why: string;
}

/** It lives, whatever it says to us. */
export const isAlive = (how: How): boolean => ['full', 'own-limit', 'starting', 'login'].includes(how);

const byCode: Record<string, How> = {
  '28000': 'login',
  '28P01': 'login',
  '3D000': 'login',
  '42501': 'login',
  '57P01': 'starting',
  '57P02': 'starting',
  '57P03': 'starting',
  ECONNREFUSED: 'down',
  ECONNRESET: 'late',
  EPIPE: 'late',
  ENOENT: 'down',
  ENOTFOUND: 'unnamed',
  EAI_AGAIN: 'unnamed',
  EHOSTUNREACH: 'late',
  ENETUNREACH: 'late',
  ETIMEDOUT: 'late',
};

/** A pooler gives one code to everything, and psql none at all: then the words decide. */
const byWords: [RegExp, How][] = [
  [/too many connections for (role|database)/i, 'own-limit'],
  [/too many clients|connection slots are reserved|no more connections allowed/i, 'full'],
  [/system is (starting up|shutting down|in recovery mode|not yet accepting)/i, 'starting'],
  [/authentication failed|no password supplied|not allowed|no such (user|database)|does not exist|no pg_hba/i, 'login'],
  [/could not translate host name/i, 'unnamed'],
  [/\btimeout\b|timed out|no answer within|terminated unexpectedly|closed the connection/i, 'late'],
  [/connection refused|no such file or directory/i, 'down'],
];

const bySentence: Partial<Record<CannotSeeCode, How>> = {
  forbidden: 'login',
  refused: 'login',
  busy: 'full',
  late: 'late',
  unreachable: 'late',
};

/** Where a server says which of its limits it is, in whatever language it speaks. */
const ownLimitRoutines = new Set(['InitializeSessionUserId', 'CheckMyDatabase']);

/** Nothing where the error is no answer of the door, such as that of a client that is not configured. */
export function howOf(error: unknown): How | undefined {
  const chain = chainOf(error);
  const codes = chain.map((one) => wordIn(one, 'code'));
  if (codes.includes('53300')) return howFull(chain);
  const coded = codes.map((code) => byCode[code]).find((how) => how !== undefined);
  if (coded) return coded;
  const text = chain.map(({ message }) => message).join(' ');
  const [, worded] = byWords.find(([words]) => words.test(text)) ?? [];
  if (worded) return worded;
  return chain.map((one) => (one instanceof CannotSee ? bySentence[one.code] : undefined)).find((how) => how);
}

function howFull(chain: Error[]): How {
  const isOwn = chain.some(
    (one) => ownLimitRoutines.has(wordIn(one, 'routine')) || /for (role|database)/.test(one.message),
  );
  return isOwn ? 'own-limit' : 'full';
}

/**
 * Neither we nor psql in the pod were let in. What psql was told counts where it got as far as the door: it stands closer.
 * Without `direct` there is no connection of our own. Throws where nobody stood at the door at all.
 */
export function refusalOf({ direct, inPod }: { direct?: unknown; inPod: unknown }): NoAnswer {
  const how = howOf(inPod instanceof CannotSee ? direct : inPod);
  const both = direct === undefined ? inPod : neither(direct, inPod);
  if (how === undefined) throw both;
  return { answers: false, how, why: reasonOf(both) };
}

/** Both ways failed, and the sentence tells of both; the grant is that of the way through the pod. */
export const neither = (direct: unknown, inPod: unknown): CannotSee =>
  new CannotSee('unreachable', `${reasonOf(direct)}; nor in the pod: ${reasonOf(inPod)}`, {
    cause: direct,
    ...(inPod instanceof CannotSee && inPod.grant !== undefined && { grant: inPod.grant }),
  });

/** The error, what caused it, and of several at once the first. */
function chainOf(error: unknown): Error[] {
  if (!Error.isError(error)) return [];
  const [first]: unknown[] = 'errors' in error && Array.isArray(error.errors) ? error.errors : [];
  return [error, ...chainOf(error.cause), ...chainOf(first)];
}

function wordIn(error: Error, key: 'code' | 'routine'): string {
  const value: unknown = Reflect.get(error, key);
  return typeof value === 'string' ? value : '';
}
