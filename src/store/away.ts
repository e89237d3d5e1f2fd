/** Whether a failure says nothing of what was asked, only that our own database did not answer it. */
import pg from 'pg';
import { PerhapsDone } from '../errors.ts';

/** SQLSTATE: connections, shut down or starting, too many, undone by a conflict, a lock or a limit in time, to be read only. */
const away = /^(08|57|53|40)|^(55P03|25006)$/;
/** Of pg 8 and pg-pool 3, which give these no code. */
const unanswered =
  /^(Query read timeout|timeout exceeded when trying to connect|Connection terminated|Client has encountered)/;
const unreached = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN']);

export function isAway(error: unknown): boolean {
  if (error instanceof PerhapsDone) return true;
  if (error instanceof pg.DatabaseError) return away.test(error.code ?? '');
  if (typeof error !== 'object' || error === null) return false;
  return unanswered.test(told(error, 'message')) || unreached.has(told(error, 'code'));
}

const told = (error: object, what: 'message' | 'code'): string => String(Reflect.get(error, what) ?? '');
