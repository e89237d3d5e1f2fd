/** Every way in which a page can be lost, late, early or doubled is found: a checker that cannot fail is none. */
import { expect, it } from '@jest/globals';
import type { Records } from '../../../src/sandbox/history/records.ts';
import { type Broken, first, found, outOfTheJournal, retold, without } from './damage.ts';
import { alert, call, dana, minutes, said, start } from './night.ts';

/** The acknowledgement never came. */
const unanswered = (night: Records): void => {
  retold(night, (timeline) => without(timeline, ({ kind }) => kind === 'acknowledged'));
  Object.assign(night, { at: start + minutes(1) });
};

it.each<Broken>([
  [
    'a page that was never sent',
    (night) => {
      retold(night, (timeline) => (first(timeline, ({ kind }) => kind === 'ladder').at = start - minutes(1)));
      night.pager.transcript.shift();
    },
    /on-call of #1 never got page inc0:1\.0/,
  ],
  [
    'a page by hand that was never sent',
    (night) =>
      retold(night, (timeline) => timeline.push(said(minutes(5), dana, { kind: 'escalated', to: ['team-lead'] }))),
    /team-lead of #1 never got page inc0:e1/,
  ],
  [
    'a step that was due and left out',
    (night) => {
      unanswered(night);
      Object.assign(night, { at: start + minutes(4) });
    },
    /step 1 of ladder 1 of #1 was due after 2 min/,
  ],
  [
    'a step that was left out before the acknowledgement',
    (night) =>
      retold(night, (timeline) => (first(timeline, ({ kind }) => kind === 'acknowledged').at = start + minutes(4))),
    /step 1 of ladder 1/,
  ],
  [
    'a severity without a ladder',
    (night) => {
      delete night.ladders['p1'];
    },
    /no ladder for p1/,
  ],
])('I2 is broken by %s', (_name, damage, sentence) => {
  expect(found('I2', damage)).toEqual([expect.stringMatching(sentence)]);
});

it.each<Broken>([
  [
    'a page that goes out although somebody has acknowledged',
    ({ pager }) => pager.transcript.push(call('repeat', minutes(1) + 7_000)),
    /page inc0:1\.0 of #1 reached the pager 7 s after it was acknowledged/,
  ],
  [
    'a step of the ladder after the acknowledgement',
    (night) =>
      retold(night, (timeline) => timeline.push(said(minutes(5), 'responder', { kind: 'ladder', step: 2, page: [] }))),
    /took step 2 after it was acknowledged/,
  ],
  [
    'a page of the journal that goes on after the acknowledgement',
    (night) => {
      const now = outOfTheJournal(night);
      night.pager.transcript.push(call('page', minutes(3), { alias: `${now}:1.2` }));
    },
    /reached the pager 120 s after it was acknowledged/,
  ],
])('I3 is broken by %s', (_name, damage, sentence) => {
  expect(found('I3', damage)).toEqual([expect.stringMatching(sentence)]);
});

it.each<Broken>([
  [
    'a duty that fired a second early',
    ({ database }) =>
      Object.assign(
        first(database.duties, ({ key }) => key === 'lead:1.0'),
        { lateMs: -1_000 },
      ),
    /duty lead:1\.0 of inc0 fired 1000 ms early/,
  ],
  [
    'a reminder before its time',
    (night) =>
      retold(night, (timeline) => (first(timeline, ({ kind }) => kind === 'reminder').body.dueAt = start + minutes(9))),
    /reminded of lead before it was due/,
  ],
  [
    'a step of the ladder before its time',
    (night) =>
      retold(night, (timeline) =>
        timeline.splice(2, 0, said(minutes(1), 'responder', { kind: 'ladder', step: 2, page: [] })),
      ),
    /took step 2 before it was due/,
  ],
  [
    'a page before its step was taken',
    ({ pager }) =>
      Object.assign(
        first(pager.transcript, ({ kind }) => kind === 'page'),
        { at: start - 500 },
      ),
    /page inc0:1\.0 of #1 was sent before/,
  ],
])('I4 is broken by %s', (_name, damage, sentence) => {
  expect(found('I4', damage)).toEqual([expect.stringMatching(sentence)]);
});

it.each<Broken>([
  [
    'another alert under the same key',
    ({ pager }) => pager.transcript.push(call('page', 500)),
    /2 alerts were opened under the key inc0:1\.0/,
  ],
  [
    'two alerts with one key at the pager',
    ({ pager }) => pager.alerts.push(alert({ id: 'a2' })),
    /the pager has 2 alerts with the key inc0:1\.0/,
  ],
  [
    'a step that was taken twice',
    (night) =>
      retold(night, (timeline) =>
        timeline.splice(2, 0, said(0, 'responder', { kind: 'ladder', step: 0, page: ['on-call'] })),
      ),
    /two entries of the timeline asked for page inc0:1\.0/,
  ],
])('I5 is broken by %s', (_name, damage, sentence) => {
  expect(found('I5', damage)).toEqual([expect.stringMatching(sentence)]);
});
