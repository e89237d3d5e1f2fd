/** A story's clock: replaces `app_now()` in the bot's own database and steps it from one due instant to the next. */
import type pg from 'pg';

export interface StoryClock {
  now(): number;
  /** plays everything that falls due within `ms`, waiting after each step until the bot has nothing left to do */
  pass(ms: number): Promise<void>;
  /** waits until nothing is due and nothing is on its way out */
  settle(): Promise<void>;
}

const lookEveryMs = 25;
const patienceMs = 20_000;

/** `patience`: how long the bot may be busy before that is a fault. */
export async function startClock(pool: pg.Pool, at: number, patience = patienceMs): Promise<StoryClock> {
  let now = at;

  const set = async (instant: number): Promise<void> => {
    now = instant;
    const text = new Date(instant).toISOString();
    await pool.query(
      `create or replace function app_now() returns timestamptz language sql stable as $$ select timestamptz '${text}' $$`,
    );
    await pool.query('notify duties');
  };

  await set(at);
  const settle = () => idle(pool, patience);
  return {
    now: () => now,
    settle,
    async pass(ms) {
      const until = now + ms;
      await settle();
      for (let due = await nextDue(pool); due !== undefined && due <= until; due = await nextDue(pool)) {
        await set(Math.max(due, now));
        await settle();
      }
      await set(until);
      await settle();
    },
  };
}

async function nextDue(pool: pg.Pool): Promise<number | undefined> {
  const { rows } = await pool.query<{ due: string | null }>(
    `select extract(epoch from min(due_at)) * 1000 as due from duties where state = 'owed'`,
  );
  const due = rows[0]?.due;
  return due === null || due === undefined ? undefined : Math.ceil(Number(due));
}

/** Posts that wait for a home do not count: they cannot go before something else happens. */
const busy = `
  select (select count(*) from duties where state = 'owed' and due_at <= app_now())
       + (select count(*)
            from outbox o
            join incidents i on i.id = o.incident
           where o.state = 'waiting'
             and (o.needs <> 'home' or i.home_known)) as left`;

async function idle(pool: pg.Pool, patience: number): Promise<void> {
  const giveUpAt = Date.now() + patience;
  for (;;) {
    const { rows } = await pool.query<{ left: string }>(busy);
    if (rows[0]?.left === '0') return;
    if (Date.now() > giveUpAt) throw new Error(`the bot is still busy after ${patience / 1000} s`);
    await new Promise((resolve) => {
      setTimeout(resolve, lookEveryMs);
    });
  }
}
