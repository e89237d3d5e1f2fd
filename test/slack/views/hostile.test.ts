/** Whatever people, logs and alerts hold: every message keeps Slack's limits, and nothing foreign pings or links. */
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { alarmMessage } from '../../../src/slack/views/alarm.ts';
import {
  declaredMessage,
  dutiesMessage,
  formButtonMessage,
  helpMessage,
  listMessage,
  pickMessage,
  statusMessage,
  unknownVerbMessage,
} from '../../../src/slack/views/answers.ts';
import { auditMessage } from '../../../src/slack/views/audit.ts';
import { announcementMessage, cardMessage } from '../../../src/slack/views/card.ts';
import { directMessage, directWarning } from '../../../src/slack/views/direct.ts';
import { entryMessage } from '../../../src/slack/views/entry.ts';
import type { Message } from '../../../src/slack/views/message.ts';
import { declareForm, reasonForm, titleForm, updateForm } from '../../../src/slack/views/modals.ts';
import { refusalMessage } from '../../../src/slack/views/refusal.ts';
import { manualSteps, reportMessage } from '../../../src/slack/views/report.ts';
import { lint, lintView, marks } from './lint.ts';
import { aDirect, anIncident, aRefusal, aReport, entry, hostile, now, people, policy, sceneOf } from './world.ts';

/** Mentions of the two people and the channel that the world itself has. */
const ours = new Set(['<@U0ANA>', '<@U0ONCALL>', '<#C0INC>', '<#C0OPS>']);

function holds(message: Message): void {
  expect(lint(message)).toEqual([]);
  expect(marks(message).filter((mark) => !ours.has(mark))).toEqual([]);
}

it('card and announcement', () => {
  fc.assert(
    fc.property(anIncident, (incident) => {
      holds(cardMessage(sceneOf(incident)));
      holds(announcementMessage(sceneOf(incident)));
    }),
  );
});

it('every entry of the timeline', () => {
  fc.assert(
    fc.property(entry, anIncident, (one, incident) =>
      holds(entryMessage(one, sceneOf(incident), { pings: '<@U0ONCALL>' })),
    ),
    { numRuns: 400 },
  );
});

it('a declaration without the database', () => {
  fc.assert(
    fc.property(aDirect, (direct) => {
      holds(directMessage(direct, { policy, people, pings: '<@U0ONCALL>' }));
      holds(directWarning(direct, { policy, people, pings: '<@U0ONCALL>' }));
    }),
  );
});

it('reports', () => {
  fc.assert(fc.property(aReport, anIncident, (report, incident) => holds(reportMessage(report, sceneOf(incident)))));
});

it('a report of a type whose name is too long for a button', () => {
  fc.assert(
    fc.property(aReport, anIncident, (report, incident) =>
      holds(reportMessage({ ...report, issueType: '"<'.repeat(1_000) }, sceneOf(incident))),
    ),
  );
});

it('the steps of a type without a playbook', () => {
  const type = fc.record({
    id: hostile,
    title: hostile,
    symptoms: fc.array(hostile),
    words: fc.array(hostile),
    look: fc.array(hostile),
    steps: fc.array(hostile),
    paragraph: hostile,
  });
  fc.assert(
    fc.property(type, anIncident, (one, incident) =>
      holds(manualSteps({ ...one, thresholds: {}, targets: {} }, sceneOf(incident))),
    ),
  );
});

it('refusals', () => {
  fc.assert(fc.property(aRefusal, (refusal) => holds(refusalMessage(refusal, { people, now: now + 5_000, key: 'k' }))));
});

it('answers that only the asker sees', () => {
  fc.assert(
    fc.property(fc.array(anIncident, { maxLength: 60 }), anIncident, hostile, (incidents, incident, words) => {
      holds(listMessage(incidents));
      holds(pickMessage(incidents, words));
      holds(statusMessage(sceneOf(incident)));
      holds(dutiesMessage(sceneOf(incident)));
      holds(declaredMessage(sceneOf(incident), []));
      holds(unknownVerbMessage(words, undefined));
      holds(formButtonMessage({ words }));
      holds(helpMessage([{ name: 'a', usage: words, help: words }]));
    }),
  );
});

it('alarms, and what an audit finds', () => {
  const sentences = fc.array(hostile, { maxLength: 60 });
  fc.assert(
    fc.property(sentences, sentences, anIncident, (faults, late, incident) => {
      holds(alarmMessage(faults));
      const head = { head: faults[0] ?? '', length: 3 };
      holds(auditMessage(incident, { faults, missed: late, late, unknown: faults.join(), head }));
    }),
  );
});

it('forms', () => {
  fc.assert(
    fc.property(hostile, (words) => {
      expect(lintView(declareForm({ policy, title: words }))).toEqual([]);
      expect(lintView(titleForm({}, words))).toEqual([]);
      expect(lintView(updateForm({ incident: 'abc' }))).toEqual([]);
      expect(lintView(reasonForm('waive', { incident: 'abc' }))).toEqual([]);
    }),
  );
});
