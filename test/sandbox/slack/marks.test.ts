/** Pins, bookmarks, reactions, files. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeOf, openTown, type Town } from './town.ts';

let town: Town;
let ts = '';
beforeAll(async () => {
  town = await openTown();
  ts = (await town.client.chat.postMessage({ channel: 'C1', text: 'card' })).ts ?? '';
});
afterAll(() => town.slack.stop());

describe('a pin', () => {
  it('holds one message once', async () => {
    const pin = (timestamp: string) => codeOf(town.client.pins.add({ channel: 'C1', timestamp }));

    expect([await pin(ts), await pin(ts), await pin('1.1')]).toEqual(['ok', 'already_pinned', 'message_not_found']);
  });

  it('is one of a hundred at most', async () => {
    const { slack, client } = await openTown();
    const stamps: string[] = [];
    for (let n = 0; n < 101; n += 1)
      stamps.push((await client.chat.postMessage({ channel: 'C1', text: 'x' })).ts ?? '');
    for (const timestamp of stamps.slice(0, 99)) await client.pins.add({ channel: 'C1', timestamp });

    expect(await codeOf(client.pins.add({ channel: 'C1', timestamp: stamps[99] ?? '' }))).toBe('ok');
    expect(await codeOf(client.pins.add({ channel: 'C1', timestamp: stamps[100] ?? '' }))).toBe('too_many_pins');
    await slack.stop();
  });
});

describe('a bookmark', () => {
  it.each([
    ['to a page', 'https://runbook.example', 'ok'],
    ['to a file', 'file:///etc/passwd', 'invalid_link'],
    ['to nothing', 'runbook', 'invalid_link'],
  ])('%s', async (_what, link, outcome) => {
    const add = town.client.bookmarks.add({ channel_id: 'C1', title: 'Runbook', type: 'link', link });

    expect(await codeOf(add)).toBe(outcome);
  });
});

describe('a reaction', () => {
  it('is given once, to a message, by a name that is one', async () => {
    const react = (name: string, timestamp = ts) =>
      codeOf(town.client.reactions.add({ channel: 'C1', name, timestamp }));

    expect([await react('eyes'), await react('eyes'), await react('no such'), await react('eyes', '1.1')]).toEqual([
      'ok',
      'already_reacted',
      'invalid_name',
      'message_not_found',
    ]);
  });
});

describe('a file', () => {
  it('goes up in three steps, as the SDK does it, into a thread', async () => {
    await town.client.filesUploadV2({
      channel_id: 'C1',
      thread_ts: ts,
      filename: 'kong.log',
      content: '502 502',
      initial_comment: 'the log',
    });

    expect(town.slack.messages('C1').at(-1)).toMatchObject({
      text: 'the log',
      thread: ts,
      files: [{ name: 'kong.log' }],
    });
    expect(town.slack.transcript.at(-1)).toMatchObject({ kind: 'file', text: 'kong.log' });
  });

  it('is not there before its bytes are, and shared only once', async () => {
    const { upload_url = '', file_id: id = '' } = await town.client.files.getUploadURLExternal({
      filename: 'a',
      length: 3,
    });
    const complete = () => codeOf(town.client.files.completeUploadExternal({ files: [{ id }], channel_id: 'C1' }));

    const before = await complete();
    await fetch(upload_url, { method: 'POST', body: 'abc' });

    expect([before, await complete(), await complete()]).toEqual(['file_not_found', 'ok', 'file_not_found']);
    expect((await fetch(upload_url, { method: 'POST', body: 'abc' })).status).toBe(404);
  });

  it('goes only where the app is', async () => {
    const upload = town.client.filesUploadV2({ channel_id: 'C2', filename: 'a', content: 'x' });

    expect(await codeOf(upload)).toBe('not_in_channel');
  });
});
