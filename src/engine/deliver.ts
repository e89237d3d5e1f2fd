/** From the outbox into the world: claim, look again, send, and bring what came back in by the one door. */
import { randomUUID } from 'node:crypto';
import type { Command } from '../incident/incident.ts';
import { pauseBudget } from '../store/budgets.ts';
import { type Claimed, claim, untilNextSend } from '../store/claim.ts';
import { inTransaction, onOneConnection } from '../store/db.ts';
import { appNow, lockIncident, readIncident } from '../store/incidents.ts';
import {
  type Fence,
  holdsLease,
  type Lane,
  lanes,
  markPast,
  markSent,
  quarantine,
  retryLater,
} from '../store/outbox.ts';
import { letGo } from '../store/reports.ts';
import type { Engine } from './engine.ts';
import { handleIn } from './handle.ts';
import { holdLease, leaseMs } from './lease.ts';
import { type Loop, startLoop } from './loop.ts';
import { isPast, perform, type World } from './perform.ts';
import type { Sending } from './ports.ts';
import { afterFailure, type Verdict } from './retry.ts';
import { effectKinds } from './route.ts';

export interface Delivery {
  engine: Engine;
  world: World;
  lane: Lane;
  /** who holds the leases: this process */
  owner: string;
}

const atOnce = { page: 8, urgent: 8, look: 8, bulk: 4 } satisfies Record<Lane, number>;
const idleMs = 2_000;
/** every commit pokes; looking through a long queue at each of them would be all that the machine does */
const rest = { page: 1, urgent: 3, look: 3, bulk: 3 } satisfies Record<Lane, number>;
/** a head row that is ready but held by somebody else is not asked for in a tight loop */
const leastPauseMs = 20;

/**
 * One worker per lane: a chat that hangs keeps no page waiting, and what is urgent never waits behind what is not.
 * Pages may have an engine with connections of its own.
 */
export function startDelivery(engine: Engine, world: World, forPages = engine): Loop {
  const owner = randomUUID();
  const workers = lanes.map((lane) => startWorker({ engine: lane === 'page' ? forPages : engine, world, lane, owner }));
  return {
    poke: () => workers.forEach((worker) => worker.poke()),
    pulse: () => workers.flatMap((worker) => worker.pulse()),
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.stop()));
    },
  };
}

/** What is under way goes on while more is claimed; one slow send takes one place and no more. */
function startWorker(delivery: Delivery): Loop {
  const { engine, lane } = delivery;
  const underWay = new Set<Promise<void>>();
  const work = async (): Promise<number | undefined> => {
    const free = atOnce[lane] - underWay.size;
    if (free === 0) return undefined;
    const rows = await take(delivery, free);
    for (const row of rows) {
      const sending = deliverOne(delivery, row).finally(() => {
        underWay.delete(sending);
        loop.poke();
      });
      underWay.add(sending);
    }
    if (rows.length > 0) return 0;
    const next = await untilNextSend(engine.pool, lane, effectKinds);
    return next === undefined ? undefined : Math.max(next, leastPauseMs);
  };
  const loop = startLoop({ name: `deliver ${lane}`, work, idleMs, rest: rest[lane], log: engine.log });
  return {
    poke: () => loop.poke(),
    pulse: () => loop.pulse(),
    async stop() {
      await loop.stop();
      await Promise.all(underWay);
    },
  };
}

/** A row, and since when it is ours at the latest. */
type Held = Claimed & { takenAt: number };

async function take({ engine, lane, owner }: Delivery, limit: number): Promise<Held[]> {
  const takenAt = performance.now();
  const rows = await inTransaction(engine.pool, (db) => claim(db, { owner, lane, limit, leaseMs, kinds: effectKinds }));
  return rows.map((row) => ({ ...row, takenAt }));
}

/** Everything that may go now, sent; answers in how many ms there is more. */
export async function deliverRound(delivery: Delivery): Promise<number | undefined> {
  const rows = await take(delivery, atOnce[delivery.lane]);
  await Promise.all(rows.map((row) => deliverOne(delivery, row)));
  return rows.length > 0 ? 0 : untilNextSend(delivery.engine.pool, delivery.lane, effectKinds);
}

/** A failure in our own bookkeeping leaves the lease to run out: the row is claimed again, marked as perhaps sent. */
async function deliverOne({ engine, world, owner }: Delivery, row: Held): Promise<void> {
  const fence = { id: row.id, owner, attempt: row.attempt };
  try {
    const [incident, isHeld, now] = await onOneConnection(engine.pool, (db) =>
      Promise.all([readIncident(db, row.incident), holdsLease(db, fence), appNow(db)]),
    );
    if (!incident || !isHeld) return;
    const at = 'at' in row.effect ? (row.effect.at ?? now) : now;
    const { id, again, queuedAt, waitedMs } = row;
    const lease = holdLease(engine.pool, fence, row.takenAt);
    const sending = { id, again, incident, now, at, queuedAt, waitedMs, keepLease: lease.keep };
    if (isLook(row)) lease.keepOn((err) => engine.log.warn({ err, outbox: row.id }, 'a lease could not be renewed'));
    const result = await attempt(world, row, sending);
    lease.end();
    await settle(engine, row, { fence, verdict: result });
  } catch (error) {
    engine.log.error(
      { err: error, incident: row.incident, effect: row.effect.kind },
      'a delivery could not be settled',
    );
  }
}

async function attempt(world: World, row: Held, sending: Sending): Promise<Verdict> {
  const { incident } = sending;
  if (isPast(row.effect, incident)) return { kind: 'past' };
  return perform(world, row.effect, sending).then(
    (news): Verdict => ({ kind: 'sent', news }),
    (error: unknown): Verdict => afterFailure({ ...row, incident }, error),
  );
}

const isLook = ({ effect: { kind } }: Claimed): boolean => kind === 'investigate' || kind === 'triage';

interface Settling {
  fence: Fence;
  verdict: Verdict;
}

/** The row's fate and the news it brings are one transaction: neither can be lost without the other. */
async function settle(engine: Engine, row: Claimed, { fence, verdict }: Settling): Promise<void> {
  if (verdict.kind === 'later' || verdict.kind === 'never') {
    const { code, why } = verdict;
    const level = verdict.kind === 'later' && verdict.quiet ? 'debug' : 'warn';
    engine.log[level](
      { incident: row.incident, effect: row.effect.kind, code, why, attempt: row.attempt },
      'not sent yet',
    );
  }
  await inTransaction(engine.pool, async (db) => {
    // incident before outbox row, as every transaction locks them; what is tried again may give way to what one of them adds
    const isAlone = !verdict.news && !(verdict.kind === 'later' && row.givesWay);
    const locking = isAlone ? undefined : lockIncident(db, row.incident);
    const [, isOurs] = await Promise.all([locking, settleRow(db, row, { fence, verdict })]);
    if (!isOurs || !verdict.news) return;
    const key = `outbox:${row.id}:${verdict.news.kind}${placeOf(verdict.news)}`;
    await handleIn(db, engine, { key, incident: row.incident, actor: 'responder', command: verdict.news });
  });
  engine.saved?.();
}

/** One row may outlive more than one channel. */
const placeOf = (news: Command): string => (news.kind === 'channel-lost' ? `:${news.channel}` : '');

/** False when the lease was lost meanwhile: whoever holds the row now settles it. */
async function settleRow(
  db: Parameters<typeof markSent>[0],
  row: Claimed,
  { fence, verdict }: Settling,
): Promise<boolean> {
  switch (verdict.kind) {
    case 'sent':
      return markSent(db, fence);
    case 'past':
      return markPast(db, fence);
    case 'later': {
      const { afterMs, why, mayHaveHappened, limited, code } = verdict;
      const [isOurs] = await Promise.all([
        retryLater(db, fence, { afterMs, error: why, mayHaveHappened }),
        limited ? pauseBudget(db, row, afterMs) : undefined,
        // what it waits for may have come since it looked
        code === 'pending' && 'report' in row.effect
          ? letGo(db, { report: row.effect.report, row: row.id })
          : undefined,
      ]);
      return isOurs;
    }
    case 'never':
      return quarantine(db, fence, verdict.why);
  }
}
