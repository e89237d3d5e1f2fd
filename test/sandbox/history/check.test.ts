/** A good night keeps every invariant, and so does what only looks like a breach; exceptions cover what they name. */
import { describe, expect, it } from '@jest/globals';
import { checkHistory } from '../../../src/sandbox/history/check.ts';
import type { Records } from '../../../src/sandbox/history/records.ts';
import { first, incident, outOfTheJournal, retold, without } from './damage.ts';
import { bot, call, dana, entry, goodNight, home, input, message, minutes, row, said, start } from './night.ts';

it('a good night keeps them all', () => {
  expect(checkHistory(goodNight())).toEqual([]);
});

describe('nothing is broken by', () => {
  it.each<[string, (night: Records) => void]>([
    [
      'a page that was under way when somebody acknowledged',
      ({ pager }) => pager.transcript.push(call('repeat', minutes(1) + 6_000)),
    ],
    [
      'a step that fell due a minute before the acknowledgement, while nobody could take it',
      (night) => {
        retold(night, (timeline) => {
          first(timeline, ({ kind }) => kind === 'acknowledged').at = start + minutes(3) - 1_000;
        });
      },
    ],
    [
      'a page that the timeline calls unconfirmed',
      (night) => {
        night.pager.transcript.shift();
        retold(night, (timeline) =>
          timeline.splice(3, 0, said(30_000, 'responder', { kind: 'page-unconfirmed', page: 'inc0:1.0' })),
        );
      },
    ],
    [
      'a page that never left, because somebody acknowledged within half a minute',
      (night) => {
        night.pager.transcript.shift();
        night.pager.alerts.pop();
        retold(night, (timeline) => (first(timeline, ({ kind }) => kind === 'acknowledged').at = start + 30_000));
      },
    ],
    [
      'no channel, where the timeline says so',
      (night) => {
        night.slack.channels.pop();
        night.slack.transcript = night.slack.transcript.filter(({ kind }) => kind !== 'topic' && kind !== 'invite');
        without(night.slack.transcript, ({ kind }) => kind === 'channel');
        Object.assign(incident(night), { channel: null });
        retold(night, (timeline) => {
          first(timeline, ({ kind }) => kind === 'channel-opened').kind = 'channel-late';
        });
      },
    ],
    [
      'a second channel, where the timeline says that the first was lost',
      (night) => {
        night.slack.channels.push({ id: 'C0OLD', name: 'inc-1', topic: '', creator: bot, direct: false });
        night.slack.transcript.push(entry('topic', { channel: 'C0OLD', user: bot, text: 'P1 #1' }));
        retold(night, (timeline) =>
          timeline.splice(3, 0, said(30_000, 'responder', { kind: 'channel-lost', channel: 'C0OLD' })),
        );
      },
    ],
    [
      'the same press, meant anew after a minute',
      ({ database }) => database.inputs.push(input('click:C1:lead:inc0::3:2', minutes(9), dana)),
    ],
    [
      'a declaration that the journal took, and announced, and that was merged',
      (night) => {
        const merged = outOfTheJournal(night);
        retold(night, (timeline) => (first(timeline, ({ kind }) => kind === 'ladder').at = start + 50_000));
        without(night.database.outbox, (one) => one.id === '5');
        night.database.outbox.push({
          ...row('60', { kind: 'page', page: `${merged}:1.2`, again: 3 }),
          incident: merged,
        });
      },
    ],
    [
      'tokens in words that Slack does not read',
      ({ slack }) =>
        slack.transcript.push(
          entry('view', {
            channel: '',
            user: 'U0ANA',
            text: '',
            view: { blocks: [{ type: 'input', element: { initial_value: 'checkout <@U0BEN> returns 502' } }] },
          }),
        ),
    ],
  ])('%s', (_name, change) => {
    const night = goodNight();
    change(night);

    expect(checkHistory(night)).toEqual([]);
  });
});

describe('an allowance', () => {
  const twice = (night: Records) =>
    night.slack.messages.push(message('6', { channel: home, ts: '1.9', text: 'P1 #1: paging on-call' }));
  const why = 'the process froze between look and post';

  it('covers what it names, as often as it says', () => {
    const night = goodNight();
    twice(night);

    expect(checkHistory(night, [{ kind: 'double-post', most: 1, why }])).toEqual([]);
    expect(checkHistory(night, [{ kind: 'double-post', most: 0, why }])).toHaveLength(1);
  });

  it('covers nothing else', () => {
    const night = goodNight();
    twice(night);
    night.slack.messages.push(message('12', { channel: home, ts: '1.95', text: 'P1 #1: acknowledged by <@U0DANA>' }));
    night.slack.violations.push('chat.postMessage: ratelimited');

    const found = checkHistory(night, [
      { kind: 'double-post', most: 1, why },
      { kind: 'late-page', most: 9, why },
    ]);

    expect(found).toEqual([expect.stringContaining('outbox 12'), expect.stringContaining('I10: ')]);
  });
});
