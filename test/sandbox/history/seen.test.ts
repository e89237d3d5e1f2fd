/** Every way in which what people see can be wrong is found: channels, what nobody meant, what is not true, what leaks. */
import { expect, it } from '@jest/globals';
import type { Records } from '../../../src/sandbox/history/records.ts';
import { type Broken, first, found, incident, outOfTheJournal, without } from './damage.ts';
import { bot, entry, home, message, row } from './night.ts';

it.each<Broken>([
  [
    'a channel that belongs to no incident',
    ({ slack }) => slack.channels.push({ id: 'C2', name: 'inc-1-checkout-2', topic: '', creator: bot, direct: false }),
    /#inc-1-checkout-2 belongs to no incident/,
  ],
  [
    'a channel of two incidents',
    (night) => night.database.incidents.push({ ...incident(night), id: 'inc9', number: 9 }),
    /belongs to two incidents/,
  ],
  ['a channel that is not there', ({ slack }) => slack.channels.pop(), /channel of #1 does not exist/],
  [
    'no channel, and no word about it',
    (night) => {
      Object.assign(incident(night), { channel: null });
      night.slack.channels.pop();
    },
    /#1 has no channel/,
  ],
])('I1 is broken by %s', (_name, damage, sentence) => {
  expect(found('I1', damage)).toEqual([expect.stringMatching(sentence)]);
});

it.each<Broken>([
  [
    'a post that nobody meant',
    ({ slack }) => slack.messages.push(message('99', { channel: home, ts: '1.9', text: 'hello' })),
    /"hello" was posted without a row/,
  ],
  [
    'a channel that nobody meant to open',
    ({ database }) => without(database.outbox, (one) => one.id === '2'),
    /channel "inc-1/,
  ],
  [
    'a topic that nobody meant to set',
    ({ database }) => without(database.outbox, (one) => one.id === '9'),
    /topic "P1 #1/,
  ],
  [
    'an invitation that nobody meant',
    ({ database }) => without(database.outbox, (one) => one.id === '4'),
    /invite "" in C1/,
  ],
  [
    'an edit that nobody meant',
    ({ database, slack }) => {
      database.outbox.splice(6, 2);
      slack.transcript.pop();
    },
    /edit ".*" in C1 has no row/,
  ],
  [
    'a page without a row',
    ({ database }) => without(database.outbox, (one) => one.id === '5'),
    /asked to page under inc0:1\.0 without a row/,
  ],
  [
    'an acknowledgement at the pager that nobody meant',
    ({ database }) => without(database.outbox, (one) => one.id === '11'),
    /asked to acknowledge-page under inc0:1\.0/,
  ],
  [
    'a page in the outbox that no entry asked for',
    ({ database }) => database.outbox.push(row('60', { kind: 'page', page: 'inc0:1.7' })),
    /page inc0:1\.7 stands in the outbox, and no entry/,
  ],
])('I7 is broken by %s', (_name, damage, sentence) => {
  expect(found('I7', damage)).toEqual([expect.stringMatching(sentence)]);
});

const reworded = (night: Records, ts: string, from: string, to: string): void => {
  const shown = first(night.slack.messages, (one) => one.ts === ts);
  shown.blocks = JSON.parse(JSON.stringify(shown.blocks).replaceAll(from, to));
};
const topicOf = (night: Records, topic: string) =>
  Object.assign(
    first(night.slack.channels, (one) => one.id === home),
    { topic },
  );

it.each<Broken>([
  [
    'a card of another phase',
    (night) => reworded(night, '1.2', '— open', '— resolved'),
    /card of #1 does not say " — open"/,
  ],
  [
    'a card of another severity',
    (night) => reworded(night, '1.2', 'P1 #1', 'P2 #1'),
    /card of #1 does not say "P1 #1:"/,
  ],
  [
    'a card that names another',
    (night) => reworded(night, '1.2', '*Acknowledged* by <@U0DANA>', '*Acknowledged* by <@U0BEN>'),
    /does not say "\*Acknowledged\* by @U0DANA"/,
  ],
  [
    'a card without its lead',
    (night) => reworded(night, '1.2', 'Lead: <@U0DANA>', 'Nobody has the lead'),
    /does not say "Lead: @U0DANA"/,
  ],
  [
    'a button that is over',
    (night) => reworded(night, '1.2', 'Escalate', 'Acknowledge'),
    /card of #1 still says "\[Acknowledge\]"/,
  ],
  [
    'a card that is gone',
    (night) =>
      without(night.slack.messages, ({ ts }) => ts === '1.2') ??
      (night.database.outbox[2] = row('3', { kind: 'card' }, 'waiting')),
    /#1 has no status card/,
  ],
  [
    'an announcement of another phase',
    (night) => reworded(night, '1.1', '— open', '— mitigated'),
    /announcement of #1 does not say " — open"/,
  ],
  [
    'an announcement that knows nothing',
    (night) => reworded(night, '1.1', 'acknowledged by <@U0DANA>', 'acknowledged by <@U0BEN>'),
    /announcement of #1 does not say "acknowledged by @U0DANA"/,
  ],
  [
    'an announcement that is gone',
    (night) => Object.assign(incident(night).state.announcement ?? {}, { ts: '9.9' }),
    /announcement of #1 is gone/,
  ],
  [
    'a topic of another severity',
    (night) => topicOf(night, 'P2 #1 · open · has a lead · x'),
    /topic of #1 does not say "P1 #1 · open"/,
  ],
  [
    'a topic that says nobody acknowledged',
    (night) => topicOf(night, 'P1 #1 · not acknowledged · has a lead · x'),
    /topic of #1/,
  ],
  [
    'a topic without its lead',
    (night) => topicOf(night, 'P1 #1 · open · no lead · x'),
    /does not say " · has a lead · "/,
  ],
  [
    'a post that counts as sent and is not there',
    ({ slack }) => without(slack.messages, ({ ts }) => ts === '1.4'),
    /outbox 12 counts as sent/,
  ],
  [
    'the same in a night out of the journal',
    (night) => {
      outOfTheJournal(night);
      without(night.slack.messages, ({ ts }) => ts === '1.4');
    },
    /outbox 12 counts as sent/,
  ],
  [
    'an alert that rings on',
    ({ pager }) => Object.assign(pager.alerts[0] ?? {}, { acknowledged: false }),
    /page inc0:1\.0 of #1 is acknowledged, and its alert still rings/,
  ],
  [
    'an alert that rings on after the end',
    (night) => Object.assign(incident(night).state.pages[0] ?? {}, { state: 'closed' }),
    /is closed, and its alert still rings/,
  ],
])('I9 is broken by %s', (_name, damage, sentence) => {
  expect(found('I9', damage)).toEqual([expect.stringMatching(sentence)]);
});

it.each<Broken>([
  ['a rule of Slack’s', ({ slack }) => slack.violations.push('chat.postMessage: ratelimited'), /ratelimited/],
])('I10 is broken by %s', (_name, damage, sentence) => {
  expect(found('I10', damage)).toEqual([expect.stringMatching(sentence)]);
});

it.each<Broken>([
  [
    'a late acknowledgement',
    ({ slack }) => Object.assign(slack.acknowledgements[0] ?? {}, { ackMs: 2_501 }),
    /after 2501 ms/,
  ],
  [
    'one that never came',
    ({ slack }) => Object.assign(slack.acknowledgements[1] ?? {}, { status: 0 }),
    /"block_actions acknowledge" of U0DANA was not acknowledged \(no answer\)/,
  ],
  [
    'a refusal',
    ({ slack }) => Object.assign(slack.acknowledgements[1] ?? {}, { status: 503 }),
    /not acknowledged \(503\)/,
  ],
])('I11 is broken by %s', (_name, damage, sentence) => {
  expect(found('I11', damage)).toEqual([expect.stringMatching(sentence)]);
});

const posted = (night: Records, text: string) =>
  night.slack.transcript.push(
    entry('message', {
      channel: home,
      user: bot,
      text: 'x',
      blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }],
    }),
  );

it.each<Broken>([
  [
    'a secret in a message',
    (night) => posted(night, 'it is the-secret-of-the-house'),
    /secret 1 was sent to message C1/,
  ],
  ['a token of Slack’s', (night) => posted(night, 'Bearer xoxb-1-2'), /was sent to message C1/],
  ['a password in an address', (night) => posted(night, 'postgres://bot:hunter2@db/x'), /was sent to message C1/],
  [
    'a secret on a telephone',
    ({ pager }) => Object.assign(pager.alerts[0] ?? {}, { notes: ['the-secret-of-the-house'] }),
    /sent to alert/,
  ],
  [
    'a secret in a note',
    ({ pager }) => Object.assign(pager.transcript[1] ?? {}, { text: 'the-secret-of-the-house' }),
    /sent to page/,
  ],
  [
    'a call to everybody',
    (night) => posted(night, 'wake up <!channel>'),
    /everybody \(@channel\) was called in message C1/,
  ],
  [
    'a call to everybody in rich text',
    (night) => night.slack.transcript.push(entry('message', { channel: home, user: bot, text: 'x', pings: ['here'] })),
    /everybody \(@here\)/,
  ],
  [
    'a mention that somebody typed',
    (night) => posted(night, 'checkout <@U0BEN> returns 502'),
    /typed by somebody, was sent to message C1/,
  ],
])('I13 is broken by %s', (_name, damage, sentence) => {
  expect(found('I13', damage)).toEqual([expect.stringMatching(sentence)]);
});
