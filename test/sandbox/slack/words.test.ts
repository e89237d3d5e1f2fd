/** Messages in words. */
import { describe, expect, it } from '@jest/globals';
import { conversationOf, linesOf, namesOf, readable } from '../../../src/sandbox/slack/words.ts';
import type { Message } from '../../../src/sandbox/slack/workspace.ts';

const names = namesOf([{ id: 'U1', name: 'ana' }], [{ id: 'C1', name: 'incidents' }]);
const plain = (text: string) => ({ type: 'plain_text', text });
const rich = (type: string, ...elements: object[]) => ({ type: 'rich_text', elements: [{ type, elements }] });
const text = (words: string) => ({ type: 'text', text: words });

describe('marks', () => {
  it.each([
    ['a person', 'ask <@U1>', 'ask @ana'],
    ['somebody unknown', 'ask <@U9>', 'ask @U9'],
    ['a channel', 'see <#C1|x>', 'see #incidents'],
    ['a group', '<!subteam^S1|@oncall>', '@S1'],
    ['everybody', '<!here>', '@here'],
    ['a time', '<!date^1^{time}|03:00 UTC>', '03:00 UTC'],
    ['letters', '&lt;@U1&gt; &amp;amp;', '<@U1> &amp;'],
    ['an emoji', ':warning: :unknown:', '⚠ :unknown:'],
  ])('%s', (_what, marked, words) => {
    expect(readable(marked, names)).toBe(words);
  });
});

describe('blocks', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['text of two lines', { type: 'section', text: { type: 'mrkdwn', text: 'one\ntwo <@U1>' } }, ['one', 'two @ana']],
    [
      'buttons',
      {
        type: 'actions',
        elements: [
          { type: 'button', text: plain('Acknowledge') },
          { type: 'button', text: plain('Resolve') },
        ],
      },
      ['[Acknowledge] [Resolve]'],
    ],
    ['a list', { type: 'actions', elements: [{ type: 'static_select', placeholder: plain('Role') }] }, ['[Role ▾]']],
    [
      'a button beside text',
      { type: 'section', text: plain('x'), accessory: { type: 'button', text: plain('Go') } },
      ['x', '[Go]'],
    ],
    ['a log', rich('rich_text_preformatted', text('a\nb')), ['│ a', '│ b']],
    [
      'a sentence in pieces',
      rich('rich_text_section', text('ask '), { type: 'user', user_id: 'U1' }, text(' in '), {
        type: 'channel',
        channel_id: 'C1',
      }),
      ['ask @ana in #incidents'],
    ],
    [
      'a table',
      {
        type: 'table',
        rows: [
          [
            { type: 'raw_text', text: 'pod' },
            { type: 'raw_number', value: 3, text: '3' },
          ],
        ],
      },
      ['pod | 3'],
    ],
    ['a question', { type: 'input', label: plain('What is broken?'), element: {} }, ['What is broken?: ____']],
  ])('%s', (_what, block, lines) => {
    expect(linesOf([block], names)).toEqual(lines);
  });

  it('a list keeps its marks', () => {
    const list = (style: string) => ({
      type: 'rich_text',
      elements: [{ type: 'rich_text_list', style, elements: [{ elements: [text('a')] }, { elements: [text('b')] }] }],
    });

    expect(linesOf([list('bullet'), list('ordered')], names)).toEqual(['• a', '• b', '1. a', '2. b']);
  });
});

describe('a conversation', () => {
  it('has its threads indented', () => {
    const say = (ts: string, words: string, thread?: string): Message => ({
      channel: 'C1',
      ts,
      user: 'U1',
      text: words,
      blocks: [],
      edited: false,
      ...(thread === undefined ? {} : { thread }),
    });

    expect(conversationOf([say('1', 'root'), say('2', 'other'), say('3', 'reply\nmore', '1')], names)).toEqual([
      'ana: root',
      '    ana: reply',
      '      more',
      'ana: other',
    ]);
  });
});
