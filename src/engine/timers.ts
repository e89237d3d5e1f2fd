/** Duties that fall due become commands and enter by the same door as a click. */

import type { IncidentId } from '../incident/incident.ts';
import { incidentsDue, untilNextDue } from '../store/duties.ts';
import type { Engine } from './engine.ts';
import { wakeUp } from './handle.ts';
import { type Loop, startLoop } from './loop.ts';

const batch = 200;
const atOnce = 5;
const idleMs = 5_000;

/** Sleeps until the next due row; `notify` pokes it, and every 5 s it looks by itself in case one was lost. */
export function startTimers(engine: Engine): Loop {
  return startLoop({ name: 'timers', work: () => dutiesFallDue(engine), idleMs, log: engine.log });
}

/** One round; answers in how many ms the next duty is due. */
export async function dutiesFallDue(engine: Engine): Promise<number | undefined> {
  const due = await incidentsDue(engine.pool, batch);
  const waiting = due.values();
  const taken: boolean[] = [];
  // a few at a time: clicks need connections too
  const workers = Array.from({ length: atOnce }, async () => {
    for (const id of waiting) taken.push(await wakeOne(engine, id));
  });
  await Promise.all(workers);
  // a row that another replica holds is its business; only a full batch means that more may wait already
  return due.length === batch && taken.some(Boolean) ? 0 : untilNextDue(engine.pool);
}

/** One incident that cannot be woken keeps no other from it. */
async function wakeOne(engine: Engine, id: IncidentId): Promise<boolean> {
  try {
    return await wakeUp(engine, id);
  } catch (error) {
    engine.log.error({ err: error, incident: id }, 'duties that are due could not be done');
    return false;
  }
}
