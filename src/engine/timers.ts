/** Duties that fall due become commands and enter by the same door as a click. */
import { incidentsDue, untilNextDue } from '../store/duties.ts';
import type { Engine } from './engine.ts';
import { wakeUp } from './handle.ts';
import { type Loop, startLoop } from './loop.ts';

const batch = 200;
const idleMs = 5_000;

/** Sleeps until the next due row; `notify` pokes it, and every 5 s it looks by itself in case one was lost. */
export function startTimers(engine: Engine): Loop {
  return startLoop({ name: 'timers', work: () => dutiesFallDue(engine), idleMs, log: engine.log });
}

/** One round; answers in how many ms the next duty is due. */
export async function dutiesFallDue(engine: Engine): Promise<number | undefined> {
  const due = await incidentsDue(engine.pool, batch);
  const taken = await Promise.all(due.map((id) => wakeUp(engine, id)));
  // a row that another replica holds is its business; only a full batch means that more may wait already
  return taken.some(Boolean) && due.length === batch ? 0 : untilNextDue(engine.pool);
}
