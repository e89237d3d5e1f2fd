/** Plays a story against the real bot and prints what happened. */
import { type StoryClock, startClock } from './clock.ts';
import { judge } from './history/judge.ts';
import { type House, type HouseSettings, startHouse } from './house.ts';
import type { Story } from './stories/story.ts';
import { type Line, transcriptOf } from './transcript.ts';

/** A night in March; a story's times count from here. */
const begins = Date.UTC(2026, 2, 2, 3, 0);

/** `socket`: the bot comes to Slack, instead of Slack to the bot */
export type Way = Pick<HouseSettings, 'socket' | 'command' | 'env' | 'databases'>;

/** Answers whether the story went as it should. */
export async function play(story: Story, say: (line: string) => void, way: Way = {}): Promise<boolean> {
  say(`${story.name}: ${story.about}.`);
  const time: { clock?: StoryClock } = {};
  const now = (): number => time.clock?.now() ?? begins;
  const { socket = false } = way;
  const house = await startHouse({
    now,
    say,
    ...way,
    systems: true,
    ...(story.prepare ? { prepare: story.prepare } : {}),
  });
  const remarks: Line[] = [];
  const remark = (text: string): void => void remarks.push({ at: now(), order: performance.now(), text: `— ${text}` });
  const fault = await perform(story, { house, time, socket, remark }).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  say('');
  for (const line of transcriptOf({ ...house, remarks }, begins)) say(line);
  say('');
  await duties(house.databases.own.pool, say);
  if (fault !== undefined) for (const line of house.bot.lastLines()) say(line);
  await house.stop();
  say(fault === undefined ? `${story.name} went as it should.` : `FAILED: ${fault}`);
  return fault === undefined;
}

interface Performing {
  house: House;
  time: { clock?: StoryClock };
  socket: boolean;
  remark: (text: string) => void;
}

async function perform(story: Story, { house, time, socket, remark }: Performing): Promise<void> {
  if (socket) await house.slack.until('a socket', () => (house.slack.sockets.count() > 0 ? true : undefined));
  const clock = await startClock(house.databases.own.pool, begins);
  time.clock = clock;
  if (!house.systems) throw new Error('a story asks for the systems');
  await story.play({ ...house, systems: house.systems, clock, socket, remark });
  await clock.settle();
  const faults = await judge(house, { withinMs: 1_000 });
  if (faults.length > 0) throw new Error(faults.join('\n'));
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
