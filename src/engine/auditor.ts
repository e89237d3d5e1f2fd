/** Looks by itself whether what is owed is done: every minute the queues, every hour each incident's records. */
import { setTimeout as pause } from 'node:timers/promises';
import type { IncidentId } from '../incident/incident.ts';
import { lasting, lateAfter } from '../incident/proof.ts';
import { hours, minutes } from '../incident/times.ts';
import { incidentsToAudit } from '../store/audit.ts';
import type { Head } from '../store/chain.ts';
import { type Overdue, overdueDuties, overdueSends } from '../store/overdue.ts';
import type { Alarms, Trouble, Watch } from './alarm.ts';
import { type Audited, auditIncident } from './audit.ts';
import type { Engine } from './engine.ts';
import { wakeUp } from './handle.ts';
import { failing, stuck } from './health.ts';
import type { Loop } from './loop.ts';

export interface Auditing {
  engine: Engine;
  alarms: Alarms;
  loops: Loop[];
  /** tells a watcher outside that all is well; absent where there is none */
  heartbeat?: (() => Promise<void>) | undefined;
  /** between the two looks of a check */
  breathe?: () => Promise<unknown>;
  /** not reading the database for so long is trouble of its own */
  blindMs?: number;
}

export interface Auditor {
  everyMinute: () => Promise<void>;
  everyHour: () => Promise<void>;
  /** what a person should know of this process now, each a sentence that names no incident */
  problems: () => string[];
}

interface Found {
  owed: Overdue[];
  unsent: Overdue[];
}

const quarter = minutes(15);
const duties: Watch = {
  name: 'duties',
  againMs: quarter,
  inPublic: 'Incidents with a duty that is due and not done',
};
const sends: Watch = {
  name: 'sends',
  againMs: quarter,
  inPublic: 'Incidents with a page or a post that waits and is not sent',
};
const database: Watch = { name: 'database', againMs: quarter, alone: true };
const cycle: Watch = { name: 'cycle', againMs: quarter, alone: true };
/** what was tampered with stays so: once a day is enough */
const recordsOf = (id: string): Watch => ({
  name: `records ${id}`,
  againMs: hours(23),
  inPublic: 'Faults that an audit found in the records of incidents',
});

const breathMs = 5_000;
const unsentAfter = minutes(1);
const excusedFor = minutes(10);

export function makeAuditor({
  engine,
  alarms,
  loops,
  heartbeat,
  breathe = () => pause(breathMs),
  // below the minute of its check: a few milliseconds must not put the alarm off to the next one
  blindMs = 45_000,
}: Auditing): Auditor {
  const seen = new Map<string, Head>();
  let blindSince: number | undefined;

  /** Nothing when the database could not be read. */
  const look = async (): Promise<Found | undefined> => {
    const began = performance.now();
    try {
      const found = await lookTwice({ engine, loops, breathe });
      blindSince = undefined;
      return found;
    } catch (error) {
      blindSince ??= began;
      engine.log.error({ err: error }, 'whether anything is overdue could not be seen');
      return undefined;
    }
  };

  return {
    async everyMinute() {
      const dead = stuck(loops);
      await alarms.report(
        cycle,
        [...dead].map(([about, sentence]) => ({ about, sentence })),
      );
      const found = await look();
      const blind = blindSince === undefined ? undefined : performance.now() - blindSince;
      await alarms.report(database, blind !== undefined && blind >= blindMs ? [blindness(blind)] : []);
      if (!found) return;
      const { owed, unsent } = found;
      await alarms.report(duties, owed.map(dutyTrouble));
      await alarms.report(sends, unsent.map(sendTrouble));
      if (dead.size + owed.length + unsent.length === 0) await beat(engine, heartbeat);
    },
    async everyHour() {
      for (const id of await incidentsToAudit(engine.pool)) {
        const audited = await auditOne(engine, id, seen.get(id));
        if (!audited) continue;
        if (audited.whole) seen.set(id, audited.head);
        await tellOf(engine, alarms, { id, audited });
      }
    },
    problems: () => [...failing(loops), ...alarms.standing()],
  };
}

/** One incident that cannot be read keeps no other from its audit. */
async function auditOne(engine: Engine, ...of: [IncidentId, Head | undefined]): ReturnType<typeof auditIncident> {
  try {
    return await auditIncident(engine, ...of);
  } catch (error) {
    engine.log.error({ err: error, incident: of[0] }, 'an incident could not be audited: nothing is known of it');
    return undefined;
  }
}

type Looking = Required<Pick<Auditing, 'engine' | 'loops' | 'breathe'>>;

const still = (before: Overdue[], now: Overdue[]): Overdue[] =>
  now.filter(({ incident }) => before.some((one) => one.incident === incident));

/** What the loops can still do by themselves, after an outage or in a busy minute, is no trouble. */
async function lookTwice({ engine, loops, breathe }: Looking): Promise<Found> {
  const first = await lookOnce(engine);
  if (first.owed.length + first.unsent.length === 0) return first;
  for (const loop of loops) loop.poke();
  await breathe();
  const second = await lookOnce(engine);
  return { owed: still(first.owed, second.owed), unsent: still(first.unsent, second.unsent) };
}

async function lookOnce({ pool }: Engine): Promise<Found> {
  return {
    owed: await overdueDuties(pool, lateAfter),
    unsent: await overdueSends(pool, { ms: unsentAfter, excusedMs: excusedFor }),
  };
}

const andMore = (count: number): string => (count > 1 ? `, and ${count - 1} more` : '');

const dutyTrouble = ({ incident, number, what, ms, count }: Overdue): Trouble => ({
  about: incident,
  sentence: `#${number}: duty ${what} has been due for ${lasting(ms)} and is not done${andMore(count)}.`,
});

const sendTrouble = ({ incident, number, what, ms, count, error }: Overdue): Trouble => ({
  about: incident,
  sentence: `#${number}: "${what}" has waited for ${lasting(ms)} and is not sent${andMore(count)}.${error ? ` ${error}` : ''}`,
});

const blindness = (ms: number): Trouble => ({
  about: '',
  sentence: `The bot's database could not be read for ${lasting(ms)}: no clock runs, and nothing leaves the queue.`,
});

async function beat({ log }: Engine, heartbeat: Auditing['heartbeat']): Promise<void> {
  await heartbeat?.().catch((error: unknown) => log.warn({ err: error }, 'the heartbeat was not taken'));
}

interface FoundOne {
  id: string;
  audited: Audited;
}

/** The line with head and length is what a timeline rewritten as a whole is found by: the log is kept elsewhere. */
async function tellOf(engine: Engine, alarms: Alarms, { id, audited }: FoundOne): Promise<void> {
  const { number, head, faults, missed, late, unknown } = audited;
  engine.log.info({ incident: id, number, ...head }, 'a timeline as it stands');
  if (late.length + missed.length > 0 || unknown !== undefined)
    engine.log.warn({ incident: id, missed, late, unknown }, 'an audit found what was late or could not be seen');
  await alarms.report(
    recordsOf(id),
    faults.map((sentence) => ({ about: sentence, sentence })),
  );
  // whatever the state owes stands as a row again
  if (faults.length > 0 && audited.whole) await wakeUp(engine, id);
}
