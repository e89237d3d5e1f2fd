/** The database is restored from a copy that is older than what Slack shows: nothing is mixed up, and it is said once. */
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { House } from '../../src/sandbox/house.ts';
import { textOf } from '../../src/sandbox/stories/story.ts';
import { inCi } from '../tools/shapes.ts';
import { channelOf, declare, incidents, logOf, open, patient, posted, posts, quiet, some } from './scene.ts';

let house: House;
beforeAll(async () => {
  house = await open();
}, patient);
afterAll(() => house.stop(), patient);

const tables = ['incidents', 'timeline', 'duties', 'outbox', 'budgets', 'inputs', 'reports', 'strangers'];

async function run(...statements: string[]): Promise<void> {
  await house.databases.own.pool.query(statements.join(';\n'));
}

const backUp = (): Promise<void> =>
  run('create schema copy', ...tables.map((table) => `create table copy.${table} as table ${table}`));

/** As a restore leaves it: rows and sequences of then, and nothing of what came after. */
const restore = (): Promise<void> =>
  run(
    'begin',
    'alter table timeline disable trigger user',
    ...tables.toReversed().map((table) => `delete from ${table}`),
    ...tables.map((table) => `insert into ${table} overriding system value table copy.${table}`),
    `select setval(pg_get_serial_sequence('outbox', 'id'), (select max(id) from outbox))`,
    'alter table timeline enable trigger user',
    'commit',
  );

const notices = () => posts(house, incidents, 'older than what Slack shows');

inCi(
  'a restored backup: what Slack shows besides is said once, its numbers and channels are left alone, and what was missed is said once',
  async () => {
    const kept = await declare(house);
    const home = await channelOf(house, kept);
    await quiet(house);
    await backUp();
    const lost = await declare(house);
    const theirs = await channelOf(house, lost);
    await house.slack.user('U0ANA').command(`ack #${kept.number}`);
    await posted(house, home, 'acknowledged by');
    await quiet(house);
    const before = posts(house, home).length;
    await house.bot.stop();
    await restore();
    await run(
      `create or replace function app_now() returns timestamptz language sql stable as $$ select clock_timestamp() + interval '6 min' $$`,
    );

    const [one, two] = await Promise.all([house.another(), house.another()]);
    const notice = await posted(house, incidents, 'older than what Slack shows');
    const again = await declare(house, 'p1', { words: lost.words, bot: one });
    await channelOf(house, again);
    await posted(house, home, 'it could not be said before');
    await quiet(house);
    const three = await house.another();
    await declare(house, 'p1', { words: some('later'), bot: three });
    await quiet(house);

    expect(JSON.stringify(notice.blocks)).toContain(`<#${theirs}>`);
    expect(JSON.stringify(notice.blocks)).not.toContain(`<#${home}>`);
    expect(notices()).toHaveLength(1);
    expect([one, two, three].flatMap((bot) => logOf(bot, 'restored from a backup'))).toHaveLength(1);
    const { rows } = await house.databases.own.pool.query('select channel from incidents where id = $1', [again.id]);
    expect(rows).not.toEqual([{ channel: theirs }]);
    expect(again.number).toBe(lost.number + 1);
    const missed = posts(house, home).slice(before);
    expect(missed.filter(({ text }) => text.includes('paging'))).toHaveLength(1);
    expect(missed.filter((post) => textOf(post).includes('it could not be said before'))).toHaveLength(1);
    expect(house.slack.violations).toEqual([]);
  },
  patient,
);
