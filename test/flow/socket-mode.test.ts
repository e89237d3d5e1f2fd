/** The same bot without a public address: commands, presses and forms come in through a socket. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { judge } from '../../src/sandbox/history/judge.ts';
import type { House } from '../../src/sandbox/house.ts';
import { cardIn, incidentChannel, textOf } from '../../src/sandbox/stories/story.ts';
import { openHouse } from '../tools/house.ts';
import { inCi } from '../tools/shapes.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse({ socket: true });
  await house.slack.until('a socket', () => (house.slack.sockets.count() > 0 ? true : undefined));
}, 60_000);
afterAll(() => house.stop(), 60_000);

it('declares, pages, and takes the press of a button', async () => {
  const answer = await house.slack.user('U0ANA').command('declare p1 checkout returns 502');
  const channel = await incidentChannel(house);
  await house.slack.until('the card', (transcript) =>
    transcript.find((entry) => entry.kind === 'edit' && entry.channel === channel),
  );

  await house.slack.user('U0DANA').click(cardIn(house, channel), 'Acknowledge');

  expect(JSON.stringify(answer.body)).toContain('declared');
  await house.slack.until('the acknowledgement', (transcript) =>
    transcript.find((entry) => textOf(entry).includes('acknowledged by <@U0DANA>')),
  );
  await house.pager.until('the alert acknowledged', (transcript) =>
    transcript.find(({ kind }) => kind === 'acknowledge'),
  );
  expect(house.slack.violations).toEqual([]);
}, 30_000);

it('is still there after Slack has asked it to connect anew', async () => {
  house.slack.sockets.disconnect('refresh_requested');
  await house.slack.until(
    'the old socket closed',
    () => (house.slack.sockets.count() === 0 ? true : undefined),
    15_000,
  );
  await house.slack.until('another socket', () => (house.slack.sockets.count() > 0 ? true : undefined), 15_000);

  const answer = await house.slack.user('U0ANA').command('list');

  expect(JSON.stringify(answer.body)).toContain('1 incident is open');
}, 30_000);

it('keeps every invariant', async () => {
  expect(await judge(house)).toEqual([]);
});

inCi(
  'lives on when Slack refuses a new socket, and takes one as soon as it is given',
  async () => {
    house.slack.faults.add({
      method: 'apps.connections.open',
      effect: { kind: 'error', error: 'invalid_auth' },
      times: 1,
    });

    house.slack.sockets.disconnect('refresh_requested');
    await house.slack.until('no socket', () => (house.slack.sockets.count() === 0 ? true : undefined), 15_000);
    await house.slack.until('another socket', () => (house.slack.sockets.count() > 0 ? true : undefined), 30_000);

    expect(house.bot.isRunning()).toBe(true);
    expect(JSON.stringify((await house.slack.user('U0ANA').command('list')).body)).toContain('1 incident is open');
  },
  60_000,
);

it('answers health over HTTP all the same', async () => {
  expect((await fetch(`${house.bot.url}/healthz`)).status).toBe(200);
});

it('answers what is under way before it closes the socket, and ends in order', async () => {
  house.line.set({ kind: 'slow', ms: 700 });
  const answering = house.slack.user('U0ANA').command('list');
  const stopping = house.bot.stop();

  const { body } = await answering;
  house.line.set({ kind: 'pass' });

  expect(JSON.stringify(body)).toContain('Still working');
  expect(await stopping).toBe(0);
}, 30_000);
