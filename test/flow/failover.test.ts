/** The old primary only lets itself be read, and a standby takes its place: the bot finds it, and nothing is lost. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { type House, startHouse } from '../../src/sandbox/house.ts';
import { bundled } from '../tools/house.ts';
import { inCi } from '../tools/shapes.ts';
import { type Standby, startStandby } from './standby.ts';

let house: House;
let standby: Standby;
beforeAll(async () => {
  house = await startHouse(bundled());
  standby = await startStandby(house.databases.own.url);
}, 90_000);
afterAll(async () => {
  await standby.stop();
  await house.stop();
}, 60_000);

async function until(holds: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > giveUpAt) throw new Error(house.bot.lastLines().slice(-5).join('\n'));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

inCi(
  'row 6: after a failover the declaration that was journalled is on the new primary, and so is everything after it',
  async () => {
    const trigger = 'trigger of the failover';
    const id = createHash('sha256').update(`command:${trigger}`).digest('hex').slice(0, 20);
    // connections that are open stay with the old one; new ones reach the standby, which is not yet promoted
    await house.databases.own.pool.query('alter system set default_transaction_read_only = on');
    await house.databases.own.pool.query('select pg_reload_conf()');
    house.line.leadTo(standby.url);

    await house.slack.user('U0ANA').command('declare p1 before the promotion', { trigger });
    await house.pager.until('the page', (transcript) => transcript.find(({ alias }) => alias === `${id}:1.0`));
    await standby.promote();

    const channels = async () => (await standby.pool.query('select from incidents where channel is not null')).rowCount;
    await until(async () => (await channels()) === 1);
    await house.slack.user('U0BEN').command('declare p2 after the promotion');
    await until(async () => (await channels()) === 2);
    const { rows } = await standby.pool.query<{ id: string; number: number }>(
      'select id, number from incidents order by number',
    );
    expect(rows[0]).toEqual({ id, number: 1 });
    expect(house.pager.transcript.filter(({ kind }) => kind === 'page').map(({ alias }) => alias)).toEqual([
      `${id}:1.0`,
    ]);
    expect((await house.databases.own.pool.query('select from incidents')).rowCount).toBe(0);
  },
  90_000,
);
