/** Plays a story against the real bot and prints what happened. */
import { type StoryClock, startClock } from './clock.ts';
import { startHouse } from './house.ts';
import type { Story } from './stories/story.ts';
import { transcriptOf } from './transcript.ts';

/** A night in March; a story's times count from here. */
const begins = Date.UTC(2026, 2, 2, 3, 0);

/** Answers whether the story went as it should. */
export async function play(story: Story, say: (line: string) => void): Promise<boolean> {
  say(`${story.name}: ${story.about}.`);
  const time: { clock?: StoryClock } = {};
  const now = (): number => time.clock?.now() ?? begins;
  const house = await startHouse({ now, say, ...(story.prepare ? { prepare: story.prepare } : {}) });
  const remarks: { at: number; text: string }[] = [];
  let fault: Error | undefined;
  try {
    time.clock = await startClock(house.databases.own.pool, begins);
    await story.play({ ...house, clock: time.clock, remark: (text) => void remarks.push({ at: now(), text }) });
  } catch (error) {
    fault = error instanceof Error ? error : new Error(String(error));
  }
  say('');
  for (const line of transcriptOf(house, begins)) say(line);
  say('');
  await duties(house.databases.own.pool, say);
  if (fault) for (const line of house.bot.lastLines()) say(line);
  await house.stop();
  say(fault ? `FAILED: ${fault.message}` : `${story.name} went as it should.`);
  return fault === undefined;
}

async function duties(
  pool: { query: (text: string) => Promise<{ rows: { key: string; due: string }[] }> },
  say: (line: string) => void,
): Promise<void> {
  const { rows } = await pool.query(
    `select key, to_char(due_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as due from duties where state = 'owed' order by due_at`,
  );
  say(rows.length > 0 ? 'Still owed (UTC):' : 'Nothing is owed.');
  for (const { key, due } of rows) say(`  ${due}  ${key}`);
}
