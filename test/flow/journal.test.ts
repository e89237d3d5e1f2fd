/** The bot's own database is away: a declaration is written down, paged and announced all the same, and merged once after. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type House, startHouse } from '../../src/sandbox/house.ts';
import type { LineMode } from '../../src/sandbox/line.ts';

let house: House;
beforeAll(async () => {
  house = await startHouse({ now: Date.now, say: () => {} });
}, 60_000);
afterAll(() => house.stop(), 60_000);

const idOf = (trigger: string): string => createHash('sha256').update(`command:${trigger}`).digest('hex').slice(0, 20);
const pagesOf = (id: string): string[] =>
  house.pager.transcript.filter(({ kind, alias }) => kind === 'page' && alias.startsWith(id)).map(({ alias }) => alias);

it.each<[string, LineMode]>([
  ['refuses', { kind: 'refuse' }],
  ['accepts and never answers', { kind: 'silent' }],
  ['answers slowly', { kind: 'slow', ms: 250 }],
])(
  'declares within a second while the database %s, and merges it once when it is back',
  async (what, mode) => {
    const id = idOf(what);
    house.line.set(mode);

    const answer = await house.slack.user('U0ANA').command(`declare p1 it ${what}`, { trigger: what });
    await house.slack.until('the announcement', (transcript) =>
      transcript.find(({ kind, text }) => kind === 'message' && text.includes(`without a database: it ${what}`)),
    );
    await house.pager.until('the page', () => pagesOf(id)[0]);
    house.line.set({ kind: 'pass' });
    await house.slack.until(
      'the channel',
      () => house.slack.channels().find(({ name }) => name.includes(what.slice(0, 7))),
      20_000,
    );

    expect(answer.ackMs).toBeLessThan(1_000);
    expect(JSON.stringify(answer.body)).toContain('becomes an incident by itself');
    expect(pagesOf(id)).toEqual([`${id}:1.0`]);
    const { rows } = await house.databases.own.pool.query('select from incidents where id = $1', [id]);
    expect(rows).toHaveLength(1);
  },
  60_000,
);
