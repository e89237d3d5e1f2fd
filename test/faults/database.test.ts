/** Rows 5 and 7: our own Postgres has no connection left, or undoes a transaction that another one was in the way of. */
import { afterEach, expect, it } from '@jest/globals';
import pg from 'pg';
import { type House, startHouse } from '../../src/sandbox/house.ts';
import { cardIn, incidentChannel, textOf } from '../../src/sandbox/stories/story.ts';
import { bundled, openHouse } from '../tools/house.ts';
import { inCi, shapes } from '../tools/shapes.ts';

let house: House;
let crowd: pg.Client[] = [];
afterEach(async () => {
  await leave();
  await house.stop();
}, 60_000);

const query = async (text: string) => (await house.databases.own.pool.query(text)).rows;

/** What was declared without the database tells of it. */
const fromTheJournal = `select from timeline where kind = 'done-directly'`;

/** Others take every connection that is left, until the server, which is the house's own, says: too many clients. */
async function fill(): Promise<void> {
  for (;;) {
    const client = new pg.Client({ connectionString: house.databases.own.url });
    client.on('error', () => {});
    try {
      await client.connect();
      crowd.push(client);
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.code === '53300') return;
      throw error;
    }
  }
}

async function leave(): Promise<void> {
  await Promise.all(crowd.map((client) => client.end().catch(() => {})));
  crowd = [];
}

/** What the bot holds is lost, and others are quicker. */
async function crowdOut(): Promise<void> {
  await fill();
  await crowd[0]?.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'responder%'`,
  );
  await fill();
}

inCi(
  'row 5: others take every connection that is left: the bot goes on with its own',
  async () => {
    house = await startHouse(bundled());
    await house.slack.user('U0ANA').command('declare p2 the search is slow');
    await fill();
    const answer = await house.slack.user('U0ANA').command('declare p1 checkout returns 502');

    expect(JSON.stringify(answer.body)).toContain('declared');
    await house.pager.until('the page', (transcript) => transcript.find(({ kind }) => kind === 'page'));
    expect(JSON.stringify(answer.body)).not.toContain('no channel yet');
  },
  60_000,
);

inCi(
  'row 5: without a single connection every command is answered that it was not done; all goes on within 5 s after',
  async () => {
    house = await startHouse(bundled());
    await house.slack.user('U0ANA').command('declare p1 checkout returns 502');
    const channel = await incidentChannel(house);
    await crowdOut();

    const refused = await house.slack.user('U0BEN').command('ack', { channel });
    await house.slack.until('that it was not done', (transcript) =>
      transcript.find((entry) => entry.user === 'U0BEN' && /was not done/.test(textOf(entry))),
    );
    await leave();
    const began = performance.now();
    let acknowledged = false;
    while (!acknowledged && performance.now() - began < 10_000) {
      const answer = await house.slack.user('U0BEN').command('ack', { channel });
      acknowledged = JSON.stringify(answer.body).includes('acknowledged');
    }

    expect(refused.status).toBe(200);
    expect(acknowledged).toBe(true);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(house.bot.isRunning()).toBe(true);
    expect(house.bot.lastLines().some((line) => line.includes('53300'))).toBe(true);
    await house.slack.until('the acknowledgement in the channel', (transcript) =>
      transcript.find((entry) => entry.channel === channel && textOf(entry).includes('acknowledged by <@U0BEN>')),
    );
  },
  60_000,
);

/** The next `times` transactions that write to the table are undone by the server, by its own error. */
async function undo(table: string, code: string, { times, when }: { times: number; when: string }): Promise<void> {
  await query(`create sequence undone_${table}`);
  await query(`create function undo_${table}() returns trigger language plpgsql as $$
    begin
      if nextval('undone_${table}') <= ${times} then raise exception 'undone, as asked' using errcode = '${code}'; end if;
      return null;
    end $$`);
  const how = when === 'at its commit' ? 'constraint trigger undo after insert on' : 'trigger undo after insert on';
  const late = when === 'at its commit' ? 'deferrable initially deferred' : '';
  await query(`create ${how} ${table} ${late} for each row execute function undo_${table}()`);
}

const undoings = [
  ['a serialization failure', '40001', 'at its commit'],
  ['a serialization failure', '40001', 'half-way'],
  ['a deadlock', '40P01', 'half-way'],
] as const;

it.each(shapes(undoings))(
  'row 7: %s (%s), %s, four times over: declared and paged once, and answered in time',
  async (_, code, when) => {
    house = await openHouse();
    await undo('outbox', code, { times: 4, when });

    const answer = await house.slack.user('U0ANA').command('declare p1 checkout returns 502');
    const channel = await incidentChannel(house);
    await house.slack.until('the card drawn as posted', (transcript) =>
      transcript.find((entry) => entry.channel === channel && entry.kind === 'edit'),
    );
    await house.slack.user('U0DANA').click(cardIn(house, channel), 'Acknowledge');
    await house.slack.until('the acknowledgement', (transcript) =>
      transcript.find((entry) => textOf(entry).includes('acknowledged by <@U0DANA>')),
    );

    // a busy machine says first that it is still at it
    await house.slack.until('the answer', (transcript) =>
      transcript.find(({ user, kind, text }) => user === 'U0ANA' && kind === 'reply' && text.includes('declared')),
    );
    expect(answer.ackMs).toBeLessThan(2_500);
    expect(await query(`select last_value >= 4 as struck from undone_outbox`)).toEqual([{ struck: true }]);
    expect(await query('select number from incidents')).toEqual([{ number: 1 }]);
    expect(await query(fromTheJournal)).toEqual([]);
    expect(house.pager.transcript.filter(({ kind }) => kind === 'page')).toHaveLength(1);
    expect(house.slack.transcript.filter(({ kind }) => kind === 'channel')).toHaveLength(1);
    const twice = await query(`select kind, count(*) from timeline group by kind, body having count(*) > 1`);
    expect(twice).toEqual([]);
  },
  60_000,
);

inCi(
  'row 7: undone five times, a declaration goes into the journal and becomes one incident with one page',
  async () => {
    house = await openHouse();
    await undo('outbox', '40P01', { times: 5, when: 'half-way' });

    const answer = await house.slack.user('U0ANA').command('declare p1 checkout returns 502');

    expect(answer.status).toBe(200);
    await house.slack.until(
      'the channel of the merged incident',
      (transcript) => transcript.find(({ kind }) => kind === 'channel'),
      30_000,
    );
    expect(await query('select number from incidents')).toEqual([{ number: 1 }]);
    expect(await query(fromTheJournal)).toHaveLength(1);
    expect(house.pager.alerts()).toHaveLength(1);
  },
  60_000,
);
