/** Whether a failure says nothing of what was asked, only that our own database did not answer it. */
import pg from 'pg';
import { PerhapsDone } from '../errors.ts';

/** SQLSTATE of a server that may only be read. */
export const readOnly = '25006';
const lockTimeout = '55P03';
/** SQLSTATE by their class: connections, shut down or ended in time, too many, undone by a conflict. */
const classes = new Set(['08', '57', '53', '40']);

/** The text of pg 8, which gives it no code. */
export const readTimeout = 'Query read timeout';
/** Of pg 8 and pg-pool 3, as they begin. */
const unanswered = [
  readTimeout,
  'timeout exceeded when trying to connect',
  'Connection terminated',
  'Client has encountered',
];
const unreached = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN']);

export function isAway(error: unknown): boolean {
  if (error instanceof PerhapsDone) return true;
  if (error instanceof pg.DatabaseError) return isAwayCode(error.code ?? '');
  if (typeof error !== 'object' || error === null) return false;
  const message = told(error, 'message');
  return unanswered.some((beginning) => message.startsWith(beginning)) || unreached.has(told(error, 'code'));
}

const isAwayCode = (code: string): boolean =>
  classes.has(code.slice(0, 2)) || code === readOnly || code === lockTimeout;

const told = (error: object, what: 'message' | 'code'): string => String(Reflect.get(error, what) ?? '');
