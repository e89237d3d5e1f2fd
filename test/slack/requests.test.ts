/** What reaches the bot from outside: genuine or not, twice, too large, from elsewhere, too slow. */
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { makeHouse } from './house.ts';
import { type Bot, secret, signed, startBot } from './slack.ts';

let bot: Bot;
beforeEach(async () => {
  bot = await startBot();
});
afterEach(() => bot.stop());

describe('a request', () => {
  it('signed a moment ago is answered', async () => {
    expect(await bot.slash('declare p1 checkout is down', { skew: -290 })).toMatchObject({ status: 200 });
    expect(await bot.slash('ack', { skew: 290 })).toMatchObject({ status: 200 });
    expect(bot.house.inputs).toHaveLength(2);
  });

  it.each([
    ['forged', { secret: 'another secret' }],
    ['stale', { skew: -310 }],
    ['of the future', { skew: 310 }],
  ])('that is %s is refused and does nothing', async (_, sending) => {
    const { status } = await bot.slash('declare p1 checkout is down', sending);

    expect(status).toBe(401);
    expect(bot.house.inputs).toEqual([]);
  });

  it('without a signature is refused', async () => {
    expect(await bot.send('command=%2Fincident&text=list', {})).toMatchObject({ status: 401 });
  });

  it('that is sent again with the same signature is refused', async () => {
    const body = new URLSearchParams({
      command: '/incident',
      text: 'declare p1 checkout is down',
      user_id: 'U1',
      team_id: 'T1',
      channel_id: 'C1',
      trigger_id: 'one',
    }).toString();
    const headers = signed(body);

    const replies = await Promise.all([bot.send(body, headers), bot.send(body, headers)]);
    const later = await bot.send(body, headers);

    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
    expect(later.status).toBe(401);
    expect(bot.house.inputs).toHaveLength(1);
  });

  it('asking only whether the certificate is good cannot carry a command in', async () => {
    const body = 'ssl_check=1&command=%2Fincident&text=declare+p1&user_id=U1&team_id=T1&channel_id=C1&trigger_id=x';

    expect(await bot.send(body, {})).toMatchObject({ status: 200 });
    expect(bot.house.inputs).toEqual([]);
  });

  it('larger than any of Slack’s is refused unread', async () => {
    const body = `text=${'x'.repeat(1_100_000)}`;

    expect(await bot.send(body, signed(body))).toMatchObject({ status: 413 });
  });

  it('that is no URL at all is answered', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request({ port: bot.port, path: '//', method: 'POST' }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });

    expect(status).toBe(404);
  });

  it('for another command is answered in words', async () => {
    const body = new URLSearchParams({
      command: '/other',
      text: '',
      user_id: 'U1',
      team_id: 'T1',
      channel_id: 'C1',
      trigger_id: 'x',
    });

    const reply = await bot.send(body.toString(), signed(body.toString()));

    expect(reply).toMatchObject({ status: 200, text: expect.stringContaining('does not know this command') });
  });
});

it('serves the routes of the rest of the house beside Slack', async () => {
  const response = await fetch(`http://127.0.0.1:${bot.port}/healthz`);

  expect(await response.text()).toBe('alive');
});

it('of the same delivery four times, signed anew each time, makes one incident', async () => {
  for (let n = 0; n < 4; n += 1) await bot.slash('declare p1 checkout is down', { trigger: 'the same', skew: -n });

  expect(new Set(bot.house.inputs.map(({ key }) => key)).size).toBe(1);
  expect(bot.house.incidents()).toHaveLength(1);
});

describe('somebody', () => {
  it('of another workspace is refused', async () => {
    const { text } = await bot.slash('declare p1 checkout is down', { team: 'T2' });

    expect(text).toContain('Nothing was done');
    expect(bot.house.inputs).toEqual([]);
  });

  it('of another workspace cannot press either', async () => {
    const told = bot.slack.next('respond');
    await bot.press('acknowledge', { incident: 'i1' }, { team: 'T2' });

    expect((await told).body['text']).toContain('Nothing was done');
    expect(bot.house.inputs).toEqual([]);
  });

  it.each([['is_restricted'], ['is_ultra_restricted'], ['is_stranger']])(
    'who is a guest (%s) is refused',
    async (kind) => {
      const guarded = await startBot({ answers: { 'users.info': () => ({ ok: true, user: { [kind]: true } }) } });

      const { text } = await guarded.slash('declare p1 checkout is down');
      await guarded.stop();

      expect(text).toContain('guests cannot');
      expect(guarded.house.inputs).toEqual([]);
    },
  );

  it('whom Slack cannot look up may still declare', async () => {
    const blind = await startBot({ answers: { 'users.info': () => ({ ok: false, error: 'fatal_error' }) } });

    const { text } = await blind.slash('declare p1 checkout is down');
    await blind.stop();

    expect(text).toContain('declared');
  });
});

describe('an answer', () => {
  it('that takes longer than 800 ms is promised first, and follows', async () => {
    const release = bot.house.hold();
    const told = bot.slack.next('respond');

    const promised = await bot.slash('declare p1 checkout is down');
    release();
    const { body } = await told;

    expect(promised.text).toContain('nothing is confirmed yet');
    expect(body['text']).toContain('P1 #1 declared');
    expect(body['response_type']).toBe('ephemeral');
  });

  it('to a slow form is shown in its window', async () => {
    const release = bot.house.hold();
    const told = bot.slack.next('views.update');

    const promised = await bot.submit('declare', { severity: { chosen: 'p2' }, title: 'search is slow' });
    release();
    const { body } = await told;

    expect(JSON.stringify(promised.body)).toContain('nothing is confirmed yet');
    expect(JSON.stringify(body)).toContain('P2 #1 declared');
  });

  it('says what was not done when our own memory is away, and none of the secrets', async () => {
    bot.house.breakDown();

    const { text, body } = await bot.slash('declare p1 checkout is down');

    expect(text).toContain('/incident declare was not done');
    expect(JSON.stringify(body)).not.toContain('hunter2');
  });

  it('is never sent to a host that is not Slack’s', async () => {
    const elsewhere = await startBot();
    const body = new URLSearchParams({
      command: '/incident',
      text: 'declare p1 checkout is down',
      user_id: 'U1',
      team_id: 'T1',
      channel_id: 'C1',
      trigger_id: 'x',
      response_url: elsewhere.slack.url,
    }).toString();
    const release = bot.house.hold();
    const told = bot.slack.next('chat.postEphemeral');

    await bot.send(body, signed(body));
    release();
    await told;
    await elsewhere.stop();

    expect(elsewhere.slack.called.map(({ method }) => method)).toEqual(['auth.test']);
  });
});

it('answers with Slack down from the very start', async () => {
  const deaf = await startBot({ answers: { 'auth.test': () => ({ ok: false, error: 'fatal_error' }) } });

  const { text } = await deaf.slash('declare p1 checkout is down');
  await deaf.stop();

  expect(text).toContain('P1 #1 declared');
});

it('takes nothing new when it stops, but finishes what it has begun', async () => {
  const stopping = await startBot({ house: makeHouse() });
  const release = stopping.house.hold();
  const told = stopping.slack.next('respond');
  await stopping.slash('declare p1 checkout is down');

  const stopped = stopping.stop();
  release();
  await stopped;

  expect((await told).body['text']).toContain('declared');
  await expect(stopping.slash('list')).rejects.toThrow('fetch failed');
});

it('counts only genuine requests as seen', async () => {
  const body = 'command=%2Fincident&text=list&user_id=U1&team_id=T1&channel_id=C1&trigger_id=x';
  const headers = signed(body, { secret });
  const tampered = `${body}&text=more`;

  expect((await bot.send(tampered, headers)).status).toBe(401);
  expect((await bot.send(body, headers)).status).toBe(200);
});
