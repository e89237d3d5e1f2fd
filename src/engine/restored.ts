/** After a restored backup Slack shows more than the database holds: it is noticed, counted with, and said once. */
import { inTransaction } from '../store/db.ts';
import { doubtWaiting, rememberStrangers, strangersSaid, unsaidStrangers } from '../store/strangers.ts';
import type { Engine } from './engine.ts';
import type { Lookout } from './ports.ts';

/** Throws when Slack or the database does not answer: whoever calls tries again later. */
export async function noticeRestore({ pool, log }: Engine, lookout: Lookout): Promise<void> {
  const shown = await lookout.ownChannels();
  await inTransaction(pool, async (db) => {
    if ((await rememberStrangers(db, shown)) > 0) await doubtWaiting(db);
  });
  await inTransaction(pool, async (db) => {
    const strangers = await unsaidStrangers(db);
    if (strangers.length === 0) return;
    const names = strangers.map(({ name }) => name);
    await strangersSaid(
      db,
      strangers.map(({ channel }) => channel),
    );
    await lookout.sayRestored(strangers);
    log.error(
      { channels: names },
      'Slack shows incidents that the database does not hold: was it restored from a backup?',
    );
  });
}
