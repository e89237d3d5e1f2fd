/** Every way in which the books can be wrong is found: inputs, posts, duties, the chain, the journal. */
import { expect, it } from '@jest/globals';
import type { Records } from '../../../src/sandbox/history/records.ts';
import { type Broken, first, found, incident, outOfTheJournal, retold } from './damage.ts';
import { ana, dana, duty, home, incidents, input, message, minutes, row, said } from './night.ts';

const acknowledgedBy = (night: Records) => first(night.database.timeline, ({ kind }) => kind === 'acknowledged').body;

it.each<Broken>([
  [
    'one press that was written down twice',
    (night) => retold(night, (timeline) => timeline.push(said(minutes(1), dana, acknowledgedBy(night)))),
    /acknowledged.* stands in the timeline more often than anybody gave it/,
  ],
  [
    'an answer that nothing stands behind',
    (night) => night.database.inputs.push(input('click:C1:mitigate:inc0::4', minutes(9), dana, { kind: 'mitigated' })),
    /mitigated.* was answered as done and is not in the timeline/,
  ],
  [
    'an input that was taken twice',
    ({ database }) => database.inputs.push(input('command:1.a', 0, ana)),
    /the input "command:1\.a" was taken twice/,
  ],
  [
    'the same press under another key within a minute',
    ({ database }) => database.inputs.push(input('click:C1:lead:inc0::3:2', minutes(4.5), dana)),
    /took effect again as "click:C1:lead:inc0::3:2" within 60 s/,
  ],
  [
    'a post that stands there twice',
    ({ slack }) => slack.messages.push(message('6', { channel: home, ts: '1.9', text: 'P1 #1: paging on-call' })),
    /"P1 #1: paging on-call" \(outbox 6\) was posted 2 times/,
  ],
  [
    'an announcement that the journal sent twice',
    (night) => {
      outOfTheJournal(night);
      const announcement = first(night.slack.messages, ({ ts }) => ts === '1.1');
      night.slack.messages.push({ ...announcement, ts: '1.9' });
    },
    /outbox journal:[0-9a-f]+ in C0INCIDENTS\) was posted 2 times/,
  ],
  [
    'the same post by two rows',
    ({ slack, database }) => {
      database.outbox.push(row('60', first(database.outbox, (one) => one.id === '6').effect));
      slack.messages.push(message('60', { channel: home, ts: '1.9', text: 'P1 #1: paging on-call' }));
    },
    /2 rows of the outbox posted the same in C1/,
  ],
  [
    'two announcements of one incident',
    ({ slack, database }) => {
      database.outbox.push(row('60', { kind: 'announce' }));
      slack.messages.push(message('60', { channel: incidents, ts: '1.9', text: 'P1 #1' }));
    },
    /2 rows of the outbox posted the same in C0INCIDENTS/,
  ],
  [
    'a duty that is owed twice',
    ({ database }) => database.duties.push(duty('update:1.0', 0, { state: 'owed' })),
    /duty update:1\.0 of inc0 is owed twice/,
  ],
  [
    'a reminder that was given twice for one duty',
    (night) => retold(night, (timeline) => timeline.push({ ...first(timeline, ({ kind }) => kind === 'reminder') })),
    /the reminder of lead of inc0.* was given more often than it was owed/,
  ],
])('I6 is broken by %s', (_name, damage, sentence) => {
  expect(found('I6', damage)).toEqual([expect.stringMatching(sentence)]);
});

it.each<Broken>([
  [
    'a row that was changed',
    (night) => (acknowledgedBy(night)['by'] = ana),
    /row 4 \(acknowledged\) of #1 was changed/,
  ],
  [
    'a row that was removed',
    ({ database }) => database.timeline.splice(2, 1),
    /row 3 of the timeline of #1 is missing/,
  ],
  ['the last row removed', ({ database }) => database.timeline.pop(), /ends at row 5, its incident says 6/],
  [
    'rows in another order',
    ({ database: { timeline } }) => {
      Object.assign(timeline[3] ?? {}, { seq: 5 });
      Object.assign(timeline[4] ?? {}, { seq: 4 });
    },
    /row 4 of #1 does not follow/,
  ],
  ['a chain that ends elsewhere', (night) => Object.assign(incident(night), { head: 'f00' }), /ends at row 6/],
])('I8 is broken by %s', (_name, damage, sentence) => {
  expect(found('I8', damage)).toEqual([expect.stringMatching(sentence)]);
});

it.each<Broken>([
  [
    'a declaration that was left in the journal',
    ({ journal }) => journal.push({ kind: 'declared', key: 'command:2' }),
    /"command:2" stands in the journal unmerged/,
  ],
  [
    'one that only the journal calls merged',
    ({ journal }) => journal.push({ kind: 'declared', key: 'command:2' }, { kind: 'merged', key: 'command:2' }),
    /the database does not know it/,
  ],
  [
    'one that was merged under another id',
    ({ journal }) => journal.push(...['declared', 'paged', 'merged'].map((kind) => ({ kind, key: 'command:1.a' }))),
    /merged under another id/,
  ],
])('I12 is broken by %s', (_name, damage, sentence) => {
  expect(found('I12', damage)).toEqual([expect.stringMatching(sentence)]);
});

it('I12 holds for one that was refused in the database before anybody was paged for it', () => {
  const kinds = ['declared', 'merged'];

  expect(found('I12', ({ journal }) => journal.push(...kinds.map((kind) => ({ kind, key: 'command:1.a' }))))).toEqual(
    [],
  );
});
