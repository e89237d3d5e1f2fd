/** Socket Mode, with Bolt's own receiver at the other end, and a bare WebSocket for what Bolt hides. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import bolt from '@slack/bolt';
import { clientOf, openTown, settings, type Town } from './town.ts';

const openBolt = async (slackApiUrl: string): Promise<InstanceType<typeof bolt.App>> => {
  const app = new bolt.App({
    token: settings.botToken,
    appToken: settings.appToken,
    socketMode: true,
    botId: 'B0RESPONDER',
    botUserId: 'U0RESPONDER',
    logLevel: bolt.LogLevel.ERROR,
    clientOptions: { slackApiUrl, retryConfig: { retries: 0 } },
  });
  app.command('/incident', async ({ command, ack }) => {
    await ack(`heard ${command.text}`);
  });
  app.event('app_mention', async ({ event, say }) => {
    await say(`seen: ${event.text}`);
  });
  await app.start();
  return app;
};

describe('with Bolt', () => {
  let town: Town;
  let app: InstanceType<typeof bolt.App>;
  beforeAll(async () => {
    town = await openTown({ botUrl: 'http://127.0.0.1:9' });
    app = await openBolt(town.slack.url);
  });
  afterAll(async () => {
    await app.stop();
    await town.slack.until('its end', () => (town.slack.sockets.count() === 0 ? true : undefined));
    await town.slack.stop();
  });

  it('a command goes through the socket and its answer comes back', async () => {
    const answer = await town.slack.user('U1').command('help', { channel: 'C1' });

    expect(town.slack.sockets.count()).toBe(1);
    expect(answer).toMatchObject({ status: 200, late: false, body: { text: 'heard help' } });
    expect(town.slack.transcript.at(-1)).toMatchObject({ kind: 'reply', text: 'heard help' });
  });

  it('words of any length and letter arrive whole', async () => {
    for (const length of [1, 1_000, 20_000]) {
      const words = 'é🔥'.repeat(length);
      const { body } = await town.slack.user('U1').command(words, { channel: 'C1' });

      expect(body).toEqual({ text: `heard ${words}` });
    }
  });

  it('an event is acknowledged, and answered in the channel', async () => {
    const tries = await town.slack.event({ type: 'app_mention', user: 'U1', text: 'hi', channel: 'C1', ts: '1.1' });

    expect(tries.map(({ status }) => status)).toEqual([200]);
    await town.slack.until('the answer', (all) => all.find(({ text }) => text === 'seen: hi'));
  });
});

describe('a socket', () => {
  let town: Town;
  beforeAll(async () => {
    town = await openTown();
  });
  afterAll(() => town.slack.stop());

  interface Line {
    socket: WebSocket;
    next(): Promise<Record<string, unknown>>;
    closed: Promise<void>;
  }

  const connect = async (url?: string): Promise<Line> => {
    const given = url ?? (await clientOf(town.slack.url, settings.appToken).apps.connections.open()).url ?? '';
    const socket = new WebSocket(given);
    const said: Record<string, unknown>[] = [];
    const waiting: ((message: Record<string, unknown>) => void)[] = [];
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data));
      const first = waiting.shift();
      if (first) first(message);
      else said.push(message);
    });
    const closed = new Promise<void>((resolve) => {
      socket.addEventListener('close', () => resolve());
      socket.addEventListener('error', () => resolve());
    });
    const next = (): Promise<Record<string, unknown>> =>
      new Promise((resolve) => {
        const first = said.shift();
        if (first) resolve(first);
        else waiting.push(resolve);
      });
    return { socket, next, closed };
  };

  it('is greeted, and needs a ticket that was not used', async () => {
    const { url = '' } = await clientOf(town.slack.url, settings.appToken).apps.connections.open();
    const first = await connect(url);
    expect(await first.next()).toMatchObject({ type: 'hello', connection_info: { app_id: 'A0LOCAL' } });

    const second = await connect(url);
    await second.closed;

    expect(town.slack.sockets.count()).toBe(1);
    first.socket.close();
    await first.closed;
    await town.slack.until('its end', () => (town.slack.sockets.count() === 0 ? true : undefined));
  });

  it('is one of ten at most', async () => {
    const lines = [];
    for (let n = 0; n < 10; n += 1) {
      const line = await connect();
      await line.next();
      lines.push(line);
    }
    const eleventh = await connect();

    expect(await eleventh.next()).toMatchObject({ type: 'disconnect', reason: 'too_many_websockets' });
    await eleventh.closed;
    expect(town.slack.sockets.count()).toBe(10);
    for (const { socket } of lines) socket.close();
    await Promise.all(lines.map(({ closed }) => closed));
    await town.slack.until('their end', () => (town.slack.sockets.count() === 0 ? true : undefined));
  });

  it('has no place while others have all of them', async () => {
    town.slack.sockets.crowd(10);
    const before = town.slack.sockets.refused();
    const late = await connect();
    expect(await late.next()).toMatchObject({ type: 'disconnect', reason: 'too_many_websockets' });
    await late.closed;
    town.slack.sockets.crowd(9);

    const line = await connect();

    expect(await line.next()).toMatchObject({ type: 'hello' });
    expect(town.slack.sockets.refused() - before).toBe(1);
    town.slack.sockets.crowd(0);
    town.slack.sockets.disconnect('link_disabled');
    expect(await line.next()).toMatchObject({ type: 'disconnect', reason: 'link_disabled' });
    await line.closed;
    await town.slack.until('its end', () => (town.slack.sockets.count() === 0 ? true : undefined));
  });

  it('is warned, then taken away', async () => {
    const line = await connect();
    await line.next();

    town.slack.sockets.disconnect('warning');
    expect(await line.next()).toMatchObject({ type: 'disconnect', reason: 'warning' });
    expect(town.slack.sockets.count()).toBe(1);

    town.slack.sockets.disconnect('refresh_requested');
    expect(await line.next()).toMatchObject({ type: 'disconnect', reason: 'refresh_requested' });
    await line.closed;
    await town.slack.until('its end', () => (town.slack.sockets.count() === 0 ? true : undefined));
  });

  it('hears an envelope and acknowledges it by its id', async () => {
    const line = await connect();
    await line.next();

    const answer = town.slack.user('U1').shortcut('declare');
    const envelope = await line.next();
    line.socket.send(JSON.stringify({ envelope_id: envelope['envelope_id'] }));

    expect(envelope).toMatchObject({
      type: 'interactive',
      accepts_response_payload: true,
      payload: { callback_id: 'declare' },
    });
    expect(await answer).toMatchObject({ status: 200 });
    line.socket.close();
    await line.closed;
  });
});
