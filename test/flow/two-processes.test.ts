/** Two processes of the bot on one database: whoever presses second, and wherever, hears who was first. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Bot } from '../../src/sandbox/bot.ts';
import { judge } from '../../src/sandbox/history/judge.ts';
import type { House } from '../../src/sandbox/house.ts';
import { cardIn, textOf } from '../../src/sandbox/stories/story.ts';
import { openHouse } from '../tools/house.ts';
import { shapes } from '../tools/shapes.ts';

let house: House;
let other: Bot;
beforeAll(async () => {
  house = await openHouse();
  other = await house.another();
}, 60_000);
afterAll(() => house.stop(), 60_000);

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A fresh incident with its card; each test has its own. */
async function declared(words: string): Promise<string> {
  const before = house.slack.channels().length;
  await house.slack.user('U0ANA').command(`declare p1 ${words}`);
  await house.slack.until('a channel', () => (house.slack.channels().length > before ? true : undefined));
  const channel = house.slack.channels().at(-1)?.id ?? '';
  await house.slack.until('the card, drawn as posted', (transcript) =>
    transcript.find((entry) => entry.channel === channel && entry.kind === 'edit'),
  );
  return channel;
}

const answers = (user: string): string[] =>
  house.slack.transcript
    .filter((entry) => entry.user === user && (entry.kind === 'reply' || entry.kind === 'ephemeral'))
    .map(textOf);

const both: [string, string][] = [
  ['U0ANA', 'U0BEN'],
  ['U0BEN', 'U0ANA'],
];

/** Whoever came second reads who was first; a busy machine may turn the two around. */
const secondIsTold = (before: Map<string, number>) =>
  house.slack.until('the answer to the second', () =>
    both.find(([second, first]) => {
      const fresh = answers(second).slice(before.get(second));
      return fresh.some((text) => text.includes(first));
    }),
  );
const answered = (): Map<string, number> => new Map(both.map(([user]) => [user, answers(user).length]));

const buttons = [
  ['Acknowledge', 'acknowledged'],
  ['Take lead', 'lead'],
  ['Escalate', 'escalated'],
  ['Mitigated', 'mitigated'],
  ['Diagnose', 'diagnosis-asked'],
] as const;

it.each(shapes(buttons))(
  'two people press %s 50 ms apart on two processes: one effect, and the second is told who was first',
  async (button, kind) => {
    const channel = await declared(`502 ${kind} ${randomUUID().replaceAll('-', ' ')}`);
    // as both people saw it: it is redrawn after the first press
    const card = structuredClone(cardIn(house, channel));
    const before = answered();

    const first = house.slack.user('U0ANA').click(card, button);
    await later(50);
    const second = house.slack.user('U0BEN', other.url).click(card, button);
    await Promise.all([first, second]);
    const told = await secondIsTold(before);

    const { rows } = await house.databases.own.pool.query<{ n: number }>(
      `select count(*)::int as n from timeline t join incidents i on i.id = t.incident where i.channel = $1 and t.kind = $2`,
      [channel, kind],
    );
    expect(rows[0]?.n).toBe(1);
    expect(told).toHaveLength(2);
  },
);

it('two people tick the same duty off on two processes: done once, and the second is told who was first', async () => {
  const channel = await declared(`502 ${randomUUID().replaceAll('-', ' ')}`);
  await house.slack.user('U0ANA').command('resolve it ended', { channel });
  const reminder = await house.slack.until('the reminder', (transcript) =>
    transcript.find((entry) => entry.channel === channel && entry.text.includes('the status page is to be updated')),
  );
  const before = answered();

  const first = house.slack.user('U0ANA').click(reminder, 'Done');
  await later(50);
  await Promise.all([first, house.slack.user('U0BEN', other.url).click(reminder, 'Done')]);
  const told = await secondIsTold(before);

  const { rows } = await house.databases.own.pool.query(
    `select from timeline t join incidents i on i.id = t.incident where i.channel = $1 and t.kind = 'ticked'`,
    [channel],
  );
  expect(rows).toHaveLength(1);
  expect(told).toHaveLength(2);
});

it('declares once when the same delivery reaches both processes', async () => {
  const trigger = `${Date.now()}.same`;
  const words = 'declare p2 the search is slow for everybody';

  await Promise.all(
    [1, 2, 3, 4].map((n) =>
      house.slack.user('U0ANA', n % 2 === 0 ? house.bot.url : other.url).command(words, { trigger }),
    ),
  );

  // a busy machine acknowledges first and commits a moment later
  await house.slack.until('the announcement', (transcript) =>
    transcript.find(({ kind, text }) => kind === 'message' && text.includes('the search is slow')),
  );
  const { rows } = await house.databases.own.pool.query(`select from incidents where title like 'the search is slow%'`);
  expect(rows).toHaveLength(1);
});

it('shows the open incident to a second person who declares the same, on another process', async () => {
  await house.slack.user('U0ANA').command('declare p3 invoices lack the new logo');

  const answer = await house.slack.user('U0BEN', other.url).command('declare p3 invoices without logo');

  expect(JSON.stringify(answer.body)).toContain('Declare anyway');
  const { rows } = await house.databases.own.pool.query(`select from incidents where title like 'invoices%'`);
  expect(rows).toHaveLength(1);
});

it('keeps every invariant all the while', async () => {
  expect(await judge(house)).toEqual([]);
});
