import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { IncidentId } from '../../src/incident/incident.ts';
import { untilNextSend } from '../../src/store/claim.ts';
import { type Db, inTransaction } from '../../src/store/db.ts';
import { enqueue, markSent, retryLater, supersedePages } from '../../src/store/outbox.ts';
import type { TestDatabase } from '../tools/database.ts';
import { noticesOf } from './notices.ts';
import { insert } from './rows.ts';
import { fenceOf, makeSending, only, row, type Sending } from './sending.ts';

let sending: Sending;
let database: TestDatabase;
let id: IncidentId;
beforeEach(async () => {
  sending = await makeSending();
  ({ database, id } = sending);
});
afterEach(() => database.end());

const put: Sending['put'] = (...args) => sending.put(...args);
const take: Sending['take'] = (...args) => sending.take(...args);
const taken: Sending['taken'] = (...args) => sending.taken(...args);
const settle = <T>(work: (db: Db) => Promise<T>): Promise<T> => sending.settle(work);
const states = () => sending.states();

describe('what is put in', () => {
  it('comes out as it was, with its attempt', async () => {
    const effect = {
      kind: 'post' as const,
      entry: { kind: 'update' as const, text: 'half \ud83d' },
      pings: [],
      thread: true,
    };
    await put([row('a', { effect })]);

    expect(await take()).toEqual([
      {
        id: expect.any(String),
        incident: id,
        effect: { ...effect, entry: { kind: 'update', text: 'half \ufffd' } },
        attempt: 1,
        again: false,
        budget: null,
        fullMs: null,
        givesWay: false,
        queuedAt: expect.any(Number),
        waitedMs: expect.any(Number),
      },
    ]);
  });

  it('goes out once for one key, however often it is put in', async () => {
    await put([row('a'), row('a', { destination: 'elsewhere' })]);
    await put([row('a', { destination: 'elsewhere' })]);

    expect(await taken()).toEqual(['a']);
    expect(await taken()).toEqual([]);
  });

  it('wakes whoever delivers; nothing put in wakes nobody', async () => {
    expect(await noticesOf(database.url, () => put([row('a')]))).toEqual(['outbox']);
    expect(await noticesOf(database.url, () => put([]))).toEqual([]);
  });

  it('takes the place of what waits of its group, in this incident alone', async () => {
    const other = (await insert(database.pool)).id;
    await put([row('card-1', { coalesce: 'card' }), row('topic-1', { coalesce: 'topic' }), row('post')]);
    await put([row('other-card', { coalesce: 'card' })], other);

    await put([row('card-2', { coalesce: 'card' })]);

    expect(await states()).toEqual({
      'card-1': 'superseded',
      'card-2': 'waiting',
      'topic-1': 'waiting',
      post: 'waiting',
      'other-card': 'waiting',
    });
  });

  it('keeps only the last of a group that comes twice at once', async () => {
    await put([row('card-1', { coalesce: 'card' }), row('card-2', { coalesce: 'card' })]);

    expect(await states()).toEqual({ 'card-2': 'waiting' });
  });

  it('does not take the place of one that is being sent', async () => {
    await put([row('card-1', { coalesce: 'card' })]);
    await take();

    await put([row('card-2', { coalesce: 'card' })]);

    expect(await states()).toEqual({ 'card-1': 'waiting', 'card-2': 'waiting' });
  });
});

describe('pages that nobody needs any more', () => {
  const page = (key: string) =>
    row(key, { lane: 'urgent', effect: { kind: 'page', page: key }, destination: `pager:${key}` });
  const confirm = (key: string) =>
    row(`confirm-${key}`, { effect: { kind: 'confirm-page', page: key, request: 'r' }, destination: `confirm:${key}` });
  const acknowledge = (key: string) =>
    row(`ack-${key}`, {
      effect: { kind: 'acknowledge-page', page: key, by: { slack: 'U0ANA' } },
      destination: `pager:${key}`,
    });

  it('are not sent; what ends them at the pager is', async () => {
    await put([page('1.0'), confirm('1.0'), acknowledge('1.0'), page('1.1')]);

    await settle((db) => supersedePages(db, id, ['1.0']));

    expect(await states()).toEqual({
      '1.0': 'superseded',
      'confirm-1.0': 'superseded',
      'ack-1.0': 'waiting',
      '1.1': 'waiting',
    });
  });

  it('finish first when they are on their way', async () => {
    await put([page('1.0'), acknowledge('1.0')]);
    await take('one', { lane: 'urgent' });

    await settle((db) => supersedePages(db, id, ['1.0']));

    expect((await states())['1.0']).toBe('waiting');
    expect(await taken('two')).toEqual([]);
  });

  it('of another incident are not meant', async () => {
    await put([page('1.0')]);
    const other = await insert(database.pool);

    await settle((db) => supersedePages(db, other.id, ['1.0']));

    expect(await states()).toEqual({ '1.0': 'waiting' });
  });
});

describe('how long until there is something to send', () => {
  const next = () => untilNextSend(database.pool, 'bulk');
  const about = (ms: number) => ({
    asymmetricMatch: (value: unknown) => Number(value) > ms - 1_000 && Number(value) <= ms,
  });

  it('is nothing where nothing waits, or nothing that time alone would free', async () => {
    expect(await next()).toBeUndefined();

    const homeless = await insert(database.pool, { home: { kind: 'none' } });
    await put([row('a', { needs: 'home' })], homeless.id);
    await put([row('b', { lane: 'urgent' })]);

    expect(await next()).toBeUndefined();
  });

  it('is over when something may go now', async () => {
    await put([row('a')]);

    expect(await next()).toBeLessThanOrEqual(0);
  });

  it('is the rest of a lease, of a pause between tries, or of a budget', async () => {
    await put([row('a')]);
    const leased = only(await take());
    expect(await next()).toEqual(about(60_000));

    await settle((db) => retryLater(db, fenceOf(leased), { afterMs: 9_000, error: 'down', mayHaveHappened: true }));
    expect(await next()).toEqual(about(9_000));

    await database.pool.query(`update outbox set state = 'sent'`);
    const budget = { name: 'topic', everyMs: 20_000, burst: 1 };
    await put([row('b', { budget }), row('c', { budget })]);
    await settle((db) => take().then(async ([b]) => b && markSent(db, fenceOf(b))));
    expect(await next()).toEqual(about(20_000));
  });

  it('does not count what stands behind another row of its destination', async () => {
    await put([row('a', { destination: 'C1' }), row('b', { destination: 'C1' })]);
    const first = only(await take());

    await settle((db) => retryLater(db, fenceOf(first), { afterMs: 9_000, error: 'down', mayHaveHappened: false }));

    expect(await next()).toEqual(about(9_000));
  });
});

it('keeps nothing of an effect whose decision was not saved', async () => {
  const refused = inTransaction(database.pool, async (db) => {
    await enqueue(db, id, [row('a')]);
    throw new Error('refused');
  });
  await expect(refused).rejects.toThrow('refused');

  expect(await states()).toEqual({});
});
