/** A declaration that was said to be lost and was saved after all: its incident learns what was done, and it is set right. */
import { isDeepStrictEqual } from 'node:util';
import type { Incident } from '../incident/incident.ts';
import { readIncident } from '../store/incidents.ts';
import type { Written } from '../store/journal.ts';
import type { Attention } from './attend.ts';
import type { OutageParts } from './catch-up.ts';
import { incidentIdOf } from './handle.ts';
import { merge } from './merge.ts';
import { persist } from './persist.ts';

export interface Unrecorded {
  declared: Written;
  attention: Attention;
  /** the bot stops */
  over: AbortSignal;
}

/**
 * Asked once the database answers again: its last word on the declaration may have been lost on the way. Answers whether
 * there is an incident; then it does its own paging, and the attention has ended.
 */
export async function savedAfterAll(parts: OutageParts, { declared, attention, over }: Unrecorded): Promise<boolean> {
  const { engine, outside } = parts;
  const incident = incidentIdOf(declared.key);
  const insist = <T>(what: string, send: () => Promise<T>) => persist({ incident, what, send, over, log: engine.log });
  const read = () => readIncident(engine.pool, incident);
  if (!(await insist('look whether it was saved', read))) return false;
  await attention.end();
  const { page, announcement } = attention.direct();
  const done = { ...declared, ...(page && { page }), ...(announcement && { announcement }) };
  await insist('tell the incident', () => merge(engine, outside.pager, done));
  const saved = await insist('read the incident', read);
  if (saved) await insist('set the announcement right', () => setRight(parts, attention, saved));
  engine.log.warn({ incident }, 'a declaration that was said to be not recorded was saved after all');
  return true;
}

/** What the incident has taken over it draws anew by itself. */
async function setRight({ outside }: OutageParts, attention: Attention, { number, ...saved }: Incident): Promise<void> {
  const direct = attention.direct();
  if (!direct.announcement || isDeepStrictEqual(saved.announcement, direct.announcement)) return;
  await (await outside.chat).announce({ ...direct, recordedAs: number }, false);
}
