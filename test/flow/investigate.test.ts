/** From a declaration to the findings in the thread, against the real bot: told once, drawn anew, looked at again. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { finishExecutions, stickExecutions } from '../../src/sandbox/databases.ts';
import { judge } from '../../src/sandbox/history/judge.ts';
import type { House } from '../../src/sandbox/house.ts';
import type { Message } from '../../src/sandbox/slack/workspace.ts';
import { cardIn, incidentChannel, textOf } from '../../src/sandbox/stories/story.ts';
import { openHouse } from '../tools/house.ts';
import { inCi } from '../tools/shapes.ts';

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
}, 60_000);

async function open(settings: Parameters<typeof openHouse>[0] = {}): Promise<House> {
  const house = await openHouse(settings);
  endings.push(() => house.stop());
  return house;
}

/** The messages of reports in the incident's thread, as they are drawn now. */
const reportsIn = (house: House, channel: string): Message[] =>
  house.slack.messages(channel).filter(({ thread, text }) => thread !== undefined && text.startsWith('P1 #1: '));

const reported = (house: House, channel: string, words: string): Promise<Message> =>
  house.slack.until(`a report with "${words}"`, () =>
    reportsIn(house, channel).find((message) => textOf(message).includes(words)),
  );

const fileIn = (house: House, channel: string): Promise<Message> =>
  house.slack.until('the file', () => house.slack.messages(channel).find(({ files = [] }) => files.length > 0));

it('is found, attached, mended, looked at again, and the report says what is gone', async () => {
  const house = await open({ systems: true });
  await stickExecutions(house.databases.patient.pool, 12);
  await house.slack.user('U0ANA').command('declare p1 workflow executions stuck');
  const channel = await incidentChannel(house);

  const report = await reported(house, channel, '12 executions running');
  const file = await fileIn(house, channel);
  await finishExecutions(house.databases.patient.pool);
  await house.slack.user('U0DANA').click(report, 'Look again');
  const second = await reported(house, channel, 'Against the look at');
  await house.databases.own.pool.query(
    `create or replace function app_now() returns timestamptz language sql stable as $$ select clock_timestamp() + interval '8 s' $$`,
  );
  await house.slack.user('U0DANA').click(report, 'Look again');
  await house.slack.until('a third report', () => (reportsIn(house, channel).length > 2 ? true : undefined));

  expect(file.thread).toBe(cardIn(house, channel).ts);
  expect(textOf(second)).toContain('*gone*: executions');
  expect(textOf(second)).toMatch(/Seen, nothing found: [^\n]*executions/);
  expect(reportsIn(house, channel)).toHaveLength(3);
  expect(house.slack.violations).toEqual([]);
  expect(await judge(house)).toEqual([]);
}, 60_000);

inCi(
  'stands without its file where the app may not write one, and says so',
  async () => {
    const house = await open();
    house.slack.faults.add({
      method: 'files.getUploadURLExternal',
      effect: { kind: 'error', error: 'missing_scope' },
    });
    await stickExecutions(house.databases.patient.pool, 12);

    await house.slack.user('U0ANA').command('declare p1 workflow executions stuck');
    const report = await reported(house, await incidentChannel(house), 'The evidence was not attached');

    expect(textOf(report)).toContain('12 executions running');
    expect(textOf(report)).toContain('the app lacks a permission');
    expect(house.slack.violations).toEqual([]);
  },
  60_000,
);

it('looks at everything when nobody says what it is, and the press of what it may be settles that', async () => {
  const house = await open();
  await stickExecutions(house.databases.patient.pool, 12);
  await house.slack.user('U0ANA').command('declare p1');
  const channel = await incidentChannel(house);

  const triage = await reported(house, channel, 'Nobody has said what it is');
  await house.slack.user('U0ANA').click(triage, 'It is: Workflow executions stuck');
  await house.slack.until('the report of that type', () => (reportsIn(house, channel).length > 1 ? true : undefined));

  const { rows } = await house.databases.own.pool.query<{ type: string }>(
    `select state ->> 'issueType' as type from incidents`,
  );
  expect(rows).toEqual([{ type: 'workflow-stuck' }]);
  expect(await judge(house)).toEqual([]);
}, 60_000);

/** A Postgres that takes every connection and never says a word. */
async function startMute(): Promise<{ url: string }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  endings.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return { url: `postgres://app:quiet-password@127.0.0.1:${address.port}/shop` };
}

it('says within 5 s that a database which takes connections and never answers was not seen', async () => {
  const mute = await startMute();
  const house = await open({ env: { TARGET_DATABASE_URL: mute.url } });
  const began = performance.now();

  await house.slack.user('U0ANA').command('declare p1 workflow executions stuck');
  const channel = await incidentChannel(house);
  const report = await reported(house, channel, 'UNKNOWN');

  expect(performance.now() - began).toBeLessThan(5_000);
  expect(textOf(report)).toContain('*Not seen*: executions');
  expect(textOf(report)).not.toContain('healthy');
  expect(JSON.stringify(house.slack.transcript)).not.toContain('quiet-password');
  expect(reportsIn(house, channel)).toHaveLength(1);
}, 60_000);

it('answers whoever asks outside of any incident, in time and for nobody else', async () => {
  const house = await open();
  await stickExecutions(house.databases.patient.pool, 12);

  const { status, body } = await house.slack.user('U0BEN').command('diagnose workflow-stuck', { channel: 'C0GENERAL' });
  const said = await house.slack.until('the answer', (transcript) =>
    transcript.find((entry) => textOf(entry).includes('12 executions running')),
  );

  expect([status, said.kind, said.user]).toEqual([200, 'reply', 'U0BEN']);
  expect(JSON.stringify(body)).not.toContain('in_channel');
  expect(house.slack.acknowledgements.every(({ ackMs }) => ackMs < 3_000)).toBe(true);
  expect(house.slack.messages('C0GENERAL')).toEqual([]);
}, 60_000);
