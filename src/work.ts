/** Everything that runs by itself once the database is there, and what is looked at every so often. */
import { setTimeout as pause } from 'node:timers/promises';
import { type ScheduledTask, schedule } from 'node-cron';
import type { Auditor } from './engine/auditor.ts';
import { startDelivery } from './engine/deliver.ts';
import type { Engine } from './engine/engine.ts';
import type { Loop } from './engine/loop.ts';
import type { Outage } from './engine/outage.ts';
import type { World } from './engine/perform.ts';
import type { Lookout, Pager } from './engine/ports.ts';
import { startPulse } from './engine/pulse.ts';
import { rederiveDuties } from './engine/rederive.ts';
import { noticeRestore } from './engine/restored.ts';
import { takeSamples } from './engine/sampler.ts';
import { startTimers } from './engine/timers.ts';
import { watchPages } from './engine/watch.ts';
import type { Logger } from './log.ts';
import { usesAt } from './probes/memory.ts';
import { listen } from './store/listen.ts';
import { migrate } from './store/migrate.ts';

export interface Stoppable {
  stop(): Promise<void>;
}

export interface State {
  ready: boolean;
  stopping: boolean;
  /** what happens after every change, once there is somebody to wake */
  saved: () => void;
  /** the workers there are, filled as they start */
  loops: Loop[];
}

export interface Working {
  engine: Engine;
  /** with connections of its own */
  forPages: Engine;
  world: World;
  lookout: Lookout;
  /** the database past any pooler */
  direct: string;
  state: State;
  outage: Outage;
  /** run already, and are re-armed with the others */
  audits: ScheduledTask[];
}

const retryMs = 2_000;

/** Waits for the database as long as it takes, brings it to this release, and starts the workers. */
export async function work(working: Working): Promise<Stoppable> {
  const { engine, forPages, world, lookout, direct, state, outage, audits } = working;
  while (!state.stopping && !(await migrated(direct, engine.log))) await pause(retryMs);
  if (state.stopping) return { stop: async () => {} };
  const timers = startTimers(engine);
  const watching = noticeRestored(engine, lookout);
  // what waited in a restored backup may have been sent since; pages do not wait long for that to be known
  await Promise.race([watching.first, pause(noticeMs)]);
  const delivery = startDelivery(engine, world, forPages);
  const listening = listen(direct, { duties: timers.poke, outbox: delivery.poke }, engine.log);
  state.loops.push(timers, delivery);
  state.saved = () => {
    if (!listening.hears()) for (const loop of state.loops) loop.poke();
  };
  const crons = [...sweeps(engine, world.pager, state.loops), watching.cron];
  const pulse = startPulse(engine.log, () => {
    for (const loop of state.loops) loop.poke();
    for (const cron of [...crons, ...audits]) rearm(cron);
  });
  void rederiveDuties(engine);
  await warnOfSharedServer(engine);
  state.ready = true;
  outage.poke();
  engine.log.info('ready');
  return {
    async stop() {
      pulse.stop();
      for (const cron of crons) await cron.destroy();
      await listening.stop();
      await timers.stop();
      await delivery.stop();
    },
  };
}

async function migrated(direct: string, log: Logger): Promise<boolean> {
  try {
    const applied = await migrate(direct);
    if (applied.length > 0) log.info({ applied }, 'the database was brought to this release');
    return true;
  } catch (error) {
    log.error(
      { err: error },
      'the database is not there yet: until it is, a declaration is acted on without it, and all else is refused',
    );
    return false;
  }
}

/** When the diagnosed server fails, the bot must not fail with it. */
async function warnOfSharedServer({ pool, clients, log }: Engine): Promise<void> {
  const identify = 'select system_identifier::text as id from pg_control_system()';
  try {
    const [own, target] = await Promise.all([pool.query<{ id: string }>(identify), clients.database?.query(identify)]);
    if (target && target.rows[0]?.['id'] === own.rows[0]?.id)
      log.error('the bot keeps its own state on the very server that it diagnoses: give it a server of its own');
  } catch (error) {
    log.info({ err: error }, 'whether the bot shares a server with what it diagnoses could not be seen');
  }
}

const noticeMs = 1_000;

/** Looks once, and again while Slack has not answered. */
function noticeRestored(engine: Engine, lookout: Lookout): { first: Promise<void>; cron: ScheduledTask } {
  let isKnown = false;
  const look = async (): Promise<void> => {
    if (isKnown) return;
    try {
      await noticeRestore(engine, lookout);
      isKnown = true;
    } catch (error) {
      engine.log.info({ err: error }, 'whether Slack shows more incidents than the database holds is not known yet');
    }
  };
  return { first: look(), cron: every('*/30 * * * * *', 'notice a restored backup', look) };
}

/** A cron waits for a time of the wall clock: set back by an hour, it would be silent for that hour (node-cron 4.6). */
function rearm(cron: ScheduledTask): void {
  void cron.stop();
  void cron.start();
}

/** UTC always: a zone with daylight saving skips an hour a year. */
const every = (expression: string, name: string, task: () => Promise<void> | void): ScheduledTask =>
  schedule(expression, task, { name, timezone: 'Etc/UTC', noOverlap: true });

/** What must not depend on a notification having come. */
function sweeps(engine: Engine, pager: Pager | undefined, loops: Loop[]): ScheduledTask[] {
  const watch = async (): Promise<void> => {
    if (pager) await watchPages(engine, pager);
  };
  return [
    every('*/5 * * * * *', 'sweep', () => loops.forEach((loop) => loop.poke())),
    every('*/20 * * * * *', 'watch pages', watch),
    every('* * * * *', 'samples', () => takeSamples(engine, (...asked) => usesAt(Date.now(), ...asked))),
  ];
}

const minuteMs = 60_000;

/** Also while the database is away: that is one of the things that are found. */
export function scheduleAudits(auditor: Auditor, log: Logger): ScheduledTask[] {
  const limited = (name: string, run: () => Promise<void>, limitMs: number) => async () => {
    const late = pause(limitMs, undefined, { ref: false }).then(() => {
      throw new Error(`not done within ${limitMs / 1_000} s`);
    });
    await Promise.race([run(), late]).catch((error: unknown) => log.error({ err: error }, `${name} failed`));
  };
  return [
    every('* * * * *', 'check', limited('the check of what is owed', auditor.everyMinute, 50_000)),
    every('17 * * * *', 'audit', limited('the hourly audit', auditor.everyHour, 20 * minuteMs)),
  ];
}
