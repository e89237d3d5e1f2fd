/** One file per message, as Slack gets it. UPDATE_GOLDEN=1 writes them anew; read the difference before you commit it. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import type { Direct } from '../../../src/incident/direct.ts';
import type { Entry } from '../../../src/incident/entry.ts';
import { alarmMessage } from '../../../src/slack/views/alarm.ts';
import { dutiesMessage, helpMessage, listMessage, pickMessage } from '../../../src/slack/views/answers.ts';
import { auditMessage } from '../../../src/slack/views/audit.ts';
import { announcementMessage, cardMessage } from '../../../src/slack/views/card.ts';
import { directMessage, directWarning } from '../../../src/slack/views/direct.ts';
import { entryMessage } from '../../../src/slack/views/entry.ts';
import { declareForm } from '../../../src/slack/views/modals.ts';
import { refusalMessage } from '../../../src/slack/views/refusal.ts';
import { manualSteps, reportMessage } from '../../../src/slack/views/report.ts';
import { changes, crowded, first, healthy, noted, triaged } from './reports.ts';
import { ana, dana, incident, now, people, policy, report, sceneOf } from './world.ts';

const folder = 'test/slack/golden';
const scene = sceneOf(incident);
const [, , , stuck] = policy.issueTypes;
const { issueType: _, ...withoutType } = incident;
const head = { head: '4f1d0c2ab7e95f6e', length: 9 };
const thread = { kind: 'thread' as const, channel: 'C0INCIDENTS', ts: '1.0' };
const say = (entry: Entry, pings = '<@U0ONCALL>') => entryMessage(entry, scene, { pings });

const page = { key: 'i1:1.0', levels: ['on-call' as const], at: now, state: 'accepted' as const, rerouted: false };
const direct: Direct = {
  id: 'i1',
  severity: 'p1',
  title: 'checkout returns <502>',
  by: ana,
  at: now,
  recorded: true,
  tell: ['on-call'],
  page,
};
const refused = { ...page, state: 'failed' as const, why: 'Opsgenie answered 401.', rerouted: true };

const messages: [string, () => unknown][] = [
  ['card', () => cardMessage(scene)],
  ['card-without-words', () => cardMessage(sceneOf({ ...withoutType, title: '', home: { kind: 'none' } }))],
  [
    'card-acknowledged',
    () =>
      cardMessage(
        sceneOf({ ...incident, acknowledged: { by: dana, at: now, via: 'pager' }, lead: ana, phase: 'mitigated' }),
      ),
  ],
  [
    'card-resolved',
    () =>
      cardMessage(
        sceneOf({
          ...incident,
          phase: 'resolved',
          resolved: { run: 1, at: now + 60_000, by: ana, summary: 'rolled back' },
          pages: [],
        }),
      ),
  ],
  ['announcement', () => announcementMessage(scene)],
  ['direct', () => directMessage(direct, { policy, people, pings: '<@U0ONCALL>' })],
  ['direct-not-recorded', () => directMessage({ ...direct, recorded: false, page: refused }, { policy, people })],
  ['direct-recorded-after-all', () => directMessage({ ...direct, recorded: false, recordedAs: 7 }, { policy, people })],
  ['direct-warning', () => directWarning({ ...direct, page: refused }, { policy, people, pings: '<@U0ONCALL>' })],
  [
    'direct-recorded',
    () => say({ kind: 'done-directly', announced: true, page: { ...page, state: 'confirmed' }, lateMs: 73_000 }),
  ],
  ['announcement-channel-pending', () => announcementMessage(sceneOf({ ...incident, home: { kind: 'none' } }))],
  ['announcement-channel-late', () => announcementMessage(sceneOf({ ...incident, home: thread, channelLate: true }))],
  ['card-channel-late', () => cardMessage(sceneOf({ ...incident, home: thread, channelLate: true }))],
  [
    'card-channel-impossible',
    () => cardMessage(sceneOf({ ...incident, home: thread, channelLate: true, channelImpossible: true })),
  ],
  [
    'ladder-page',
    () =>
      say({
        kind: 'ladder',
        step: 2,
        page: ['on-call'],
        mention: [],
        breach: true,
        nextPageInMs: 300_000,
        lateMs: 0,
        missed: 0,
      }),
  ],
  [
    'ladder-late',
    () =>
      say({
        kind: 'ladder',
        step: 4,
        page: ['on-call', 'second-level', 'team-lead'],
        mention: [],
        breach: true,
        lateMs: 3_480_000,
        missed: 7,
      }),
  ],
  [
    'reminder-update',
    () => say({ kind: 'reminder', duty: 'update', occurrence: 0, dueAt: now, overdue: true, lateMs: 0, missed: 0 }),
  ],
  [
    'reminder-post-mortem',
    () =>
      say({ kind: 'reminder', duty: 'post-mortem', occurrence: 0, dueAt: now, overdue: true, lateMs: 0, missed: 0 }),
  ],
  ['page-unconfirmed', () => say({ kind: 'page-unconfirmed', page: 'abc:1.0', levels: ['on-call'], why: '' })],
  ['acknowledged', () => say({ kind: 'acknowledged', by: dana, via: 'pager', afterMs: 240_000 }, '')],
  ['resolved', () => say({ kind: 'resolved', afterMs: 2_400_000, summary: 'rolled back' }, '')],
  ['report', () => reportMessage(report, scene)],
  ['report-unknown', () => reportMessage({ ...report, verdict: 'unknown', findings: [] }, scene)],
  ['report-first', () => reportMessage(first, scene)],
  ['report-healthy', () => reportMessage(healthy, scene)],
  ['report-healthy-with-a-note', () => reportMessage(noted, scene)],
  ['report-whole', () => reportMessage(crowded, scene)],
  ['report-again', () => reportMessage({ ...healthy, changes }, scene)],
  ['report-triage', () => reportMessage(triaged, { incident: { ...withoutType, title: '' } })],
  [
    'report-not-attached',
    () => reportMessage(report, { ...scene, note: 'The evidence was not attached: no permission.' }),
  ],
  ['report-for-the-asker', () => reportMessage(report, {})],
  ['manual-steps', () => stuck && manualSteps(stuck, scene)],
  [
    'looks-declared',
    () =>
      refusalMessage(
        { code: 'looks-declared', incident, declaredAt: now },
        { people, now: now + 60_000, key: 'command:1' },
      ),
  ],
  ['duties', () => dutiesMessage(scene)],
  ['list', () => listMessage([incident])],
  ['pick', () => pickMessage([incident], 'ack')],
  ['help', () => helpMessage([{ name: 'ack', usage: 'ack [#number]', help: 'acknowledge' }])],
  [
    'alarm',
    () =>
      alarmMessage(['#12: duty page:1.2 has been due for 4 min and is not done.', '#13: "page" has waited for 2 min.']),
  ],
  ['audit', () => auditMessage(incident, { faults: [], missed: [], late: [], head })],
  [
    'audit-faults',
    () =>
      auditMessage(incident, {
        faults: ["#12's timeline: row 7 was changed."],
        missed: ['#12: duty page:1.2 has been due for 4 min, and was not done.'],
        late: ['#12: duty page:1.1 fired 4 min late.'],
        unknown: '#12: its duties could not be re-derived, because its timeline was changed.',
        head,
      }),
  ],
  ['declare-form', () => declareForm({ policy, severity: 'p2', title: 'search is slow' })],
];

it.each(messages)('%s', (name, make) => {
  const path = `${folder}/${name}.json`;
  const drawn = `${JSON.stringify(make(), null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN']) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, drawn);
  }

  expect(existsSync(path) ? drawn.split('\n') : 'no golden file: run with UPDATE_GOLDEN=1').toEqual(
    existsSync(path) ? readFileSync(path, 'utf8').split('\n') : '',
  );
});
