/** Whom a message calls. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KnownBlock } from '@slack/web-api';
import { openTown, section, type Town } from './town.ts';

let town: Town;
beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town.slack.stop());

const last = () => town.slack.transcript.at(-1);
const said = async (text: string, blocks?: KnownBlock[], channel = 'C1') => {
  await town.client.chat.postMessage({ channel, text, ...(blocks ? { blocks } : {}) });
  return last();
};
const rich = (...elements: object[]): KnownBlock[] =>
  JSON.parse(JSON.stringify([{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }]));

describe('in a text', () => {
  it.each([
    ['a person', 'see <@U1>', ['U1']],
    ['a person with a label', 'see <@U1|ana>', ['U1']],
    ['a group', '<!subteam^S1|@oncall> look', ['S1']],
    ['everybody who is here', '<!here> look', ['here']],
    ['the channel', '<!channel|@channel>', ['channel']],
    ['everyone', '<!everyone>', ['everyone']],
    ['the same person twice', '<@U1> <@U1>', ['U1']],
    ['an escaped person', '&lt;@U1&gt;', []],
    ['a bare name', '@ana @here', []],
    ['a date', '<!date^1772420400^{time}|03:00>', []],
    ['a channel link', '<#C1|incidents>', []],
  ])('%s', async (_what, text, pings) => {
    expect((await said(text))?.pings).toEqual(pings);
  });
});

describe('in blocks', () => {
  const plain = { type: 'plain_text' as const, text: '<!channel> <@U1>' };

  it.each<[string, KnownBlock[], string[]]>([
    ['markup', [section('<@U2>')], ['U2']],
    ['plain text', [{ type: 'header', text: plain }], []],
    ['a label on a button', [{ type: 'actions', elements: [{ type: 'button', text: plain }] }], []],
    ['markdown', [{ type: 'markdown', text: '<!here>' }], ['here']],
    ['a person in rich text', rich({ type: 'user', user_id: 'U1' }), ['U1']],
    ['a group in rich text', rich({ type: 'usergroup', usergroup_id: 'S1' }), ['S1']],
    ['a broadcast in rich text', rich({ type: 'broadcast', range: 'channel' }), ['channel']],
    ['words in rich text', rich({ type: 'text', text: '<!channel>' }), []],
  ])('%s', async (_what, blocks, pings) => {
    expect((await said('fallback', blocks))?.pings).toEqual(pings);
  });

  it('links are written down', async () => {
    const blocks: KnownBlock[] = [
      section('<https://a.example|a>'),
      ...rich({ type: 'link', url: 'https://b.example' }),
      { type: 'actions', elements: [{ type: 'button', text: plain, url: 'https://c.example' }] },
    ];

    expect((await said('x', blocks))?.links).toEqual(['https://a.example', 'https://b.example', 'https://c.example']);
  });
});

describe('the place', () => {
  it('calls whoever it is for in a direct message', async () => {
    expect(await said('no names', undefined, 'U1')).toMatchObject({ kind: 'direct', pings: ['U1'] });
  });

  it('tells who was named and is not there', async () => {
    expect((await said('<@U1> <@U3> <!subteam^S1> <!subteam^S2> <!subteam^S9>'))?.absent).toEqual(['U3', 'S2', 'S9']);
  });

  it('calls nobody by an edit', async () => {
    const { ts = '' } = await town.client.chat.postMessage({ channel: 'C1', text: 'x' });

    await town.client.chat.update({ channel: 'C1', ts, text: '<!channel> <https://a.example>' });

    expect(last()).toMatchObject({ kind: 'edit', pings: [], links: ['https://a.example'] });
  });

  it('calls whom it invites', async () => {
    const { channel } = await town.client.conversations.create({ name: 'calls' });
    await town.client.conversations.invite({ channel: channel?.id ?? '', users: 'U1' });

    expect(last()).toMatchObject({ kind: 'invite', user: 'U1', pings: ['U1'] });
  });
});
