import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { inTransaction } from '../../src/store/db.ts';
import { claimInput, readAnswer, rememberAnswer } from '../../src/store/inputs.ts';
import { ana, ben } from '../incident/story.ts';
import { type TestDatabase, testDatabase } from '../tools/database.ts';
import { hold, somebodyWaits, start } from './rows.ts';

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.end());

const claim = (key: string) => inTransaction(database.pool, (db) => claimInput(db, key, { by: ben, now: start + 5 }));

it('tells a repeat who was first, when, and what was answered', async () => {
  await inTransaction(database.pool, async (db) => {
    expect(await claimInput(db, 'trigger-1', { by: ana, now: start })).toEqual({ first: true });
    await rememberAnswer(db, 'trigger-1', { said: 'declared', title: 'half \ud83d a pair\u0000' });
  });

  expect(await claim('trigger-1')).toEqual({
    first: false,
    by: ana,
    at: start,
    answer: { said: 'declared', title: 'half \ufffd a pair' },
  });
  expect(await claim('trigger-2')).toEqual({ first: true });
});

it('lets the second of two at once wait for the answer of the first', async () => {
  const first = await hold(database.url);
  await claimInput(first.db, 'trigger-1', { by: ana, now: start });
  const second = claim('trigger-1');
  await somebodyWaits(database.pool);

  await rememberAnswer(first.db, 'trigger-1', 'declared');
  await first.commit();

  expect(await second).toMatchObject({ first: false, by: ana, answer: 'declared' });
});

it('makes the second of two at once the first when the first came to nothing', async () => {
  const first = await hold(database.url);
  await claimInput(first.db, 'trigger-1', { by: ana, now: start });
  const second = claim('trigger-1');
  await somebodyWaits(database.pool);

  await first.rollback();

  expect(await second).toEqual({ first: true });
});

it('remembers who it was when that was the bot itself', async () => {
  await inTransaction(database.pool, (db) => claimInput(db, 'outbox:1', { by: 'responder', now: start }));

  expect(await claim('outbox:1')).toMatchObject({ by: 'responder' });
});

it('knows no answer to an input that never came', async () => {
  expect(await readAnswer(database.pool, 'trigger-1')).toBeUndefined();
});
