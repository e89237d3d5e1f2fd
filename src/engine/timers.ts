/** Duties that fall due become commands and enter by the same door as a click. */
import type { IncidentId } from '../incident/incident.ts';
import { incidentsDue, untilNextDue } from '../store/duties.ts';
import type { Engine } from './engine.ts';
import { wakeUp } from './handle.ts';
import { type Loop, startLoop } from './loop.ts';
import { makeSetbacks, type Setbacks } from './setbacks.ts';

const batch = 200;
const atOnce = 5;
const idleMs = 5_000;
/** what is due but held by somebody else is not asked for in a tight loop */
const leastPauseMs = 20;
/** after an outage a round could be long, and a round that does not end is taken for a worker that is stuck */
const mostRoundMs = 10_000;

/** Sleeps until the next due row; `notify` pokes it, and every 5 s it looks by itself in case one was lost. */
export function startTimers(engine: Engine): Loop {
  const setbacks = makeSetbacks();
  return startLoop({ name: 'timers', work: () => dutiesFallDue(engine, setbacks), idleMs, log: engine.log });
}

/** One round; answers in how many ms the next duty is due. */
export async function dutiesFallDue(engine: Engine, setbacks = makeSetbacks()): Promise<number | undefined> {
  const due = await incidentsDue(engine.pool, batch, setbacks.now());
  const waiting = due.values();
  const until = performance.now() + mostRoundMs;
  const isOver = (): boolean => performance.now() > until;
  const taken: boolean[] = [];
  // a few at a time: clicks need connections too
  const workers = Array.from({ length: atOnce }, async () => {
    for (const id of waiting) {
      taken.push(await wakeOne(engine, id, setbacks));
      if (isOver()) return;
    }
  });
  await Promise.all(workers);
  // a row that another replica holds is its business; only a batch that is full, or was left, means that more may wait already
  if ((due.length === batch || taken.length < due.length) && taken.some(Boolean)) return 0;
  const next = (await untilNextDue(engine.pool, setbacks.now())) ?? idleMs;
  return Math.max(Math.min(next, setbacks.forMs()), leastPauseMs);
}

/** One incident that cannot be woken keeps no other from it. */
async function wakeOne(engine: Engine, id: IncidentId, setbacks: Setbacks): Promise<boolean> {
  try {
    const woken = await wakeUp(engine, id);
    setbacks.over(id);
    return woken;
  } catch (error) {
    const again = setbacks.another(id);
    engine.log.error({ err: error, incident: id, ...again }, 'duties that are due could not be done');
    return false;
  }
}
