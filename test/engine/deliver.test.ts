import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { perform } from '../../src/engine/perform.ts';
import { SendFailed } from '../../src/errors.ts';
import type { Effect } from '../../src/incident/effect.ts';
import type { Command } from '../../src/incident/incident.ts';
import { claim } from '../../src/store/claim.ts';
import { inTransaction } from '../../src/store/db.ts';
import { lockIncident, readIncident } from '../../src/store/incidents.ts';
import { enqueue, markSent } from '../../src/store/outbox.ts';
import { ana, type Bench, makeBench, minutes } from './bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await makeBench();
});
afterEach(() => bench.end());

const refused = new SendFailed('invalid_blocks', 'Slack refused the message.', { retry: 'never' });
// asks for a minute: otherwise chance would decide whether the second try falls into the test
const down = new SendFailed('unreachable', 'It did not answer.', { retry: 'later', afterMs: 60_000 });

const leaseOver = async (): Promise<never> => {
  throw new SendFailed('lease-over', 'Not sent: another process may be at it.', { retry: 'later' });
};

it('pages, announces, opens the channel, and posts the card before anything else in it', async () => {
  await bench.declare();

  await bench.deliver();

  const whats = bench.asked.map(({ what }) => what);
  expect(whats[0]).toBe('page');
  expect(whats.slice(1, 3).toSorted()).toEqual(['announce', 'open-channel']);
  expect(whats.indexOf('card')).toBeLessThan(whats.indexOf('post'));
});

it('brings back what the world said: channel, card, announcement, page confirmed', async () => {
  const id = await bench.declare();

  await bench.deliver();

  const incident = await readIncident(bench.engine.pool, id);
  expect(incident?.home).toMatchObject({ kind: 'channel', channel: 'C01', name: 'inc-1', card: expect.any(String) });
  expect(incident?.announcement?.channel).toBe('C0OPS');
  expect(incident?.pages.map(({ state }) => state)).toEqual(['confirmed']);
});

it('pins the card once it stands, and says nothing when it may not', async () => {
  bench.fail.set('pin', refused);
  await bench.declare();

  await bench.deliver();

  const whats = bench.asked.map(({ what }) => what);
  expect(whats.filter((what) => what === 'pin')).toHaveLength(1);
  expect(whats.indexOf('pin')).toBeGreaterThan(whats.indexOf('card'));
  expect(bench.asked.map(({ about }) => about)).not.toContain('undeliverable');
});

it('waits with posts until there is a home, and sends pages all the same', async () => {
  bench.fail.set('open-channel', down);
  await bench.declare();

  await bench.deliver();

  expect(bench.asked.map(({ what }) => what)).toContain('page');
  expect(bench.asked.map(({ what }) => what)).not.toContain('post');
});

it('moves into the announcement thread when the channel is refused for good', async () => {
  bench.fail.set('open-channel', refused);
  const id = await bench.declare();

  await bench.deliver();

  expect((await readIncident(bench.engine.pool, id))?.home).toMatchObject({ kind: 'thread', channel: 'C0OPS' });
  expect(bench.asked.map(({ about }) => about)).toContain('channel-late');
});

it('posts one card where the channel opens while the card still waits to go into the thread', async () => {
  const id = await bench.declare();
  await bench.order({ kind: 'announced', channel: 'C0OPS', ts: '1.0' }, { incident: id, actor: 'responder' });
  await bench.at(minutes(1));
  await bench.due();
  expect((await readIncident(bench.engine.pool, id))?.home).toMatchObject({ kind: 'thread' });
  // as the pace of the announcements keeps it back in a storm
  const cardMayGo = (when: string) =>
    bench.engine.pool.query(`update outbox set not_before = ${when} where effect ->> 'kind' = 'card'`);
  await cardMayGo(`'infinity'`);

  await bench.deliver();
  await cardMayGo('clock_timestamp()');
  await bench.deliver();

  expect((await readIncident(bench.engine.pool, id))?.home).toMatchObject({ kind: 'channel' });
  expect(bench.asked.filter(({ what }) => what === 'card')).toHaveLength(1);
});

it('quarantines a post that is refused, says so, and goes on with its neighbours', async () => {
  const id = await bench.declare();
  await bench.deliver();
  bench.fail.set('post', refused);
  await bench.order({ kind: 'update', text: 'poison' }, { incident: id });
  await bench.deliver();
  bench.fail.delete('post');

  await bench.order({ kind: 'update', text: 'fine' }, { incident: id });
  await bench.deliver();

  const { rows } = await bench.engine.pool.query<{ state: string }>(
    `select state from outbox where effect #>> '{entry,text}' in ('poison', 'fine') order by id`,
  );
  expect(rows.map(({ state }) => state)).toEqual(['quarantined', 'sent']);
  const { rows: notices } = await bench.engine.pool.query(`select 1 from timeline where kind = 'undeliverable'`);
  expect(notices).toHaveLength(1);
});

it('never gives a page up: a refusal takes the second route and the page stays waiting', async () => {
  bench.fail.set('page', refused);
  const id = await bench.declare();

  await bench.deliver();

  const states = await bench.states();
  expect(states['page']).toBe('waiting');
  const incident = await readIncident(bench.engine.pool, id);
  expect(incident?.pages[0]).toMatchObject({ state: 'failed', rerouted: true });
  expect(bench.asked.map(({ about }) => about)).toContain('page-unconfirmed');
});

it('does not send a page that was acknowledged before it could go', async () => {
  bench.fail.set('page', down);
  const id = await bench.declare();
  await bench.deliver();
  bench.fail.clear();

  await bench.order({ kind: 'acknowledge' }, { incident: id });
  await bench.deliver();

  expect((await bench.states())['page']).toBe('superseded');
  expect(bench.asked.filter(({ what }) => what === 'page')).toHaveLength(1);
  expect(bench.asked.filter(({ what }) => what === 'acknowledge')).toHaveLength(1);
});

it.each<[string, Command]>([
  ['resolved', { kind: 'resolve' }],
  ['cancelled', { kind: 'cancel' }],
  ['acknowledged', { kind: 'acknowledge' }],
])('calls nobody any more for an incident that was %s before Slack could be told', async (said, command) => {
  bench.fail.set('post', down);
  const id = await bench.declare();
  await bench.deliver();
  expect(bench.asked.map(({ about }) => about)).toContain('ladder');
  bench.fail.clear();
  bench.asked.length = 0;

  await bench.order(command, { incident: id });
  await bench.engine.pool.query('update outbox set not_before = clock_timestamp()');
  await bench.deliver();

  expect(bench.asked.map(({ about }) => about)).not.toContain('ladder');
  expect(bench.asked.map(({ about }) => about)).toContain(said);
  const { rows } = await bench.engine.pool.query(
    `select distinct state from outbox where effect #>> '{entry,kind}' = 'ladder'`,
  );
  expect(rows).toEqual([{ state: 'superseded' }]);
});

it('says on the second try that the first may have taken effect', async () => {
  const id = await bench.declare();
  await bench.deliver();
  const { pool } = bench.engine;
  await bench.order({ kind: 'update', text: 'once' }, { incident: id });
  const claiming = { owner: 'killed', lane: 'bulk' as const, limit: 10, leaseMs: 1 };
  await inTransaction(pool, (db) => claim(db, claiming));
  await pool.query(`update outbox set lease_until = clock_timestamp() - interval '1 s' where state = 'waiting'`);

  await bench.deliver('successor');

  expect(bench.asked.filter(({ about }) => about === 'update')).toEqual([
    { what: 'post', about: 'update', again: true },
  ]);
});

const times = { now: 0, at: 0, queuedAt: 0, waitedMs: 0 };

it.each<[string, Effect]>([
  ['page', { kind: 'page', page: 'p' }],
  ['note', { kind: 'note-page', page: 'p' }],
  ['acknowledgement', { kind: 'acknowledge-page', page: 'p', by: ana }],
  ['close', { kind: 'close-page', page: 'p' }],
])('sends no %s once the lease has run out', async (_, effect) => {
  const incident = await readIncident(bench.engine.pool, await bench.declare());
  if (!incident) throw new Error('there is no incident');
  const page = { key: 'p', levels: ['on-call' as const], at: 0, state: 'requested' as const, rerouted: false };
  const late = { id: '1', again: false, incident: { ...incident, pages: [page] }, ...times, keepLease: leaseOver };

  await expect(perform(bench.world, effect, late)).rejects.toMatchObject({ code: 'lease-over' });

  expect(bench.asked).toEqual([]);
});

it('sends no webhook once the lease has run out', async () => {
  const incident = await readIncident(bench.engine.pool, await bench.declare());
  if (!incident) throw new Error('there is no incident');
  const sent: unknown[] = [];
  const webhook = { send: async (body: unknown) => void sent.push(body), alarm: async () => {} };
  const late = { id: '1', again: false, incident, ...times, keepLease: leaseOver };

  await expect(
    perform({ ...bench.world, webhook }, { kind: 'webhook', entry: { kind: 'mitigated' } }, late),
  ).rejects.toMatchObject({ code: 'lease-over' });

  expect(sent).toEqual([]);
});

it('does not let an owner settle a row that another took over', async () => {
  await bench.declare();
  const { pool } = bench.engine;
  const claiming = { owner: 'frozen', lane: 'urgent' as const, limit: 10, leaseMs: 1 };
  const [row] = await inTransaction(pool, (db) => claim(db, claiming));
  await pool.query(`update outbox set lease_until = clock_timestamp() - interval '1 s'`);
  await inTransaction(pool, (db) => claim(db, { ...claiming, owner: 'successor', leaseMs: 60_000 }));

  const settled = await inTransaction(pool, (db) => markSent(db, { id: row?.id ?? '', owner: 'frozen', attempt: 1 }));

  expect(settled).toBe(false);
});

it('claims one row of a destination at a time, in order, and no more than a budget holds', async () => {
  const id = await bench.declare();
  const { pool } = bench.engine;
  await pool.query(`update outbox set state = 'sent'`);
  const row = (n: number, destination: string) => ({
    effect: { kind: 'topic' as const },
    lane: 'bulk' as const,
    destination,
    dedupKey: `row-${n}`,
    needs: 'nothing' as const,
    budget: { name: 'setTopic', everyMs: 60_000, burst: 2 },
  });
  await inTransaction(pool, (db) => enqueue(db, id, [row(1, 'a'), row(2, 'a'), row(3, 'b'), row(4, 'c')]));

  const claiming = { owner: 'one', lane: 'bulk' as const, limit: 10, leaseMs: 60_000 };
  const [first, second] = await Promise.all([
    inTransaction(pool, (db) => claim(db, claiming)),
    inTransaction(pool, (db) => claim(db, { ...claiming, owner: 'two' })),
  ]);

  expect([...first, ...second]).toHaveLength(2);
  const { rows } = await pool.query<{ dedup_key: string }>(
    'select dedup_key from outbox where owner is not null order by id',
  );
  expect(rows.map(({ dedup_key }) => dedup_key)).toEqual(['row-1', 'row-3']);
});

it('draws a card once for many changes that came while it waited', async () => {
  const id = await bench.declare();
  await bench.deliver();
  bench.asked.length = 0;

  for (const title of ['one', 'two', 'three']) await bench.order({ kind: 'title', title }, { incident: id });
  await bench.deliver();

  expect(bench.asked.filter(({ about }) => about.startsWith('card'))).toHaveLength(1);
});

it('looks by itself at a declaration that names the type, and posts that the database is not configured', async () => {
  await bench.order({ kind: 'declare', severity: 'p1', title: 'executions stuck', issueType: 'workflow-stuck' });

  await bench.deliver();

  const { rows } = await bench.engine.pool.query<{ body: unknown }>(`select body from timeline where kind = 'report'`);
  expect(rows).toMatchObject([{ body: { verdict: 'unknown', issueType: 'workflow-stuck' } }]);
  expect(bench.asked.map(({ about }) => about)).toContain('report');
});

it('posts the steps of the runbook for a type without a playbook', async () => {
  bench.engine.playbooks = bench.engine.playbooks.filter((one) => one.issueType !== 'high-memory');
  const id = await bench.declare('p1', '');

  await bench.order({ kind: 'issue-type', issueType: 'high-memory' }, { incident: id });
  await bench.deliver();

  expect(bench.asked.map(({ about }) => about)).toContain('manual-steps');
});

it('walks a ladder in story time: each step one page under its own key', async () => {
  const id = await bench.declare();
  for (const minute of [2, 5, 10, 15]) {
    await bench.at(minutes(minute));
    await bench.due();
    await bench.deliver();
  }

  const pages = bench.asked.filter(({ what }) => what === 'page').map(({ about }) => about);
  expect(pages).toEqual(['1.0', '1.2', '1.3', '1.4'].map((step) => `${step} P1 #1 checkout returns 502`));
  expect((await readIncident(bench.engine.pool, id))?.pages.map(({ state }) => state)).toEqual([
    'confirmed',
    'confirmed',
    'confirmed',
    'confirmed',
  ]);
});

it('gives way to a newer of its kind that is written, and not saved yet, while it fails', async () => {
  const id = await bench.declare();
  await bench.deliver();
  const topic = (dedupKey: string) => ({
    effect: { kind: 'topic' as const },
    lane: 'bulk' as const,
    destination: 'the channel',
    needs: 'nothing' as const,
    coalesce: 'topic',
    dedupKey,
  });
  const { pool } = bench.engine;
  await inTransaction(pool, (db) => enqueue(db, id, [topic('older')]));
  const saved = Promise.withResolvers<void>();
  let writing: Promise<void> | undefined;
  bench.world.chat.topic = async () => {
    const written = Promise.withResolvers<void>();
    writing = inTransaction(pool, async (db) => {
      await lockIncident(db, id);
      await enqueue(db, id, [topic('newer')]);
      written.resolve();
      await saved.promise;
    });
    await written.promise;
    setTimeout(saved.resolve, 100);
    throw down;
  };

  await bench.deliver();
  await writing;

  const { rows } = await pool.query('select dedup_key, state from outbox where destination = $1 order by id', [
    'the channel',
  ]);
  expect(rows).toEqual([
    { dedup_key: 'older', state: 'superseded' },
    { dedup_key: 'newer', state: 'waiting' },
  ]);
});

it('settles what gives way to nothing although somebody holds the incident for long', async () => {
  const id = await bench.declare();
  await bench.deliver();
  const { pool } = bench.engine;
  const alone = { lane: 'bulk' as const, destination: 'the channel', needs: 'nothing' as const, dedupKey: 'alone' };
  await inTransaction(pool, (db) => enqueue(db, id, [{ effect: { kind: 'topic' as const }, ...alone }]));
  const settled = Promise.withResolvers<void>();
  let holding: Promise<void> | undefined;
  bench.world.chat.topic = async () => {
    const held = Promise.withResolvers<void>();
    holding = inTransaction(pool, async (db) => {
      await lockIncident(db, id);
      held.resolve();
      await settled.promise;
    });
    await held.promise;
    throw down;
  };

  await bench.deliver();
  settled.resolve();
  await holding;

  const { rows } = await pool.query(
    `select state, lease_until is null as free, last_error is not null as told from outbox where dedup_key = 'alone'`,
  );
  expect(rows).toEqual([{ state: 'waiting', free: true, told: true }]);
});
