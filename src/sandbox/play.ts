/** Plays a story against the real bot and prints what happened. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StoryClock, startClock } from './clock.ts';
import { checkHistory } from './history/check.ts';
import { collectRecords, writeRecords } from './history/records.ts';
import { type House, startHouse } from './house.ts';
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
    await time.clock.settle();
    await check(house);
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

/** The records of a run that broke something stay behind, to be read again. */
async function check(house: House): Promise<void> {
  const records = await collectRecords(house);
  const faults = checkHistory(records);
  if (faults.length === 0) return;
  const file = join(mkdtempSync(join(tmpdir(), 'responder-history-')), 'records.json');
  writeRecords(file, records);
  throw new Error([...faults, `The records are in ${file}.`].join('\n'));
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
