/** What happened, as a message: one first line with severity, fact and who acts, and only then more. */
import type { Entry } from '../../incident/entry.ts';
import type { Page } from '../../incident/incident.ts';
import { actions, addressing, context, foreign, preformatted, saying, section } from './blocks.ts';
import { pressOf } from './card.ts';
import { directPaging } from './direct.ts';
import type { Message, Scene } from './message.ts';
import { reminderMessage } from './reminder.ts';
import { manualSteps } from './report.ts';
import { clock, dutyName, lateWords, levelNames, name, span, titleOf } from './words.ts';

export interface Addressed {
  /** resolved mentions of whoever is to act; empty: nobody in particular */
  pings: string;
}

type Of<K extends Entry['kind']> = Extract<Entry, { kind: K }>;
type Texts = { [K in Entry['kind']]: (entry: Of<K>, scene: Scene, addressed: Addressed) => Message };

const line = ({ incident }: Scene, fact: string): string => `${name(incident)}: ${fact}`;

const texts: Texts = {
  declared: ({ title, details }, scene) =>
    saying(line(scene, `declared: ${foreign(title, 60)}`), ...(details === undefined ? [] : [preformatted([details])])),
  acknowledged: ({ by, via, afterMs }, scene) =>
    saying(
      line(
        scene,
        `acknowledged by ${scene.people.person(by)}${via === 'pager' ? ' at the pager' : ''} after ${span(afterMs)}`,
      ),
    ),
  joined: ({ by, via }, scene) =>
    saying(line(scene, `${scene.people.person(by)} acknowledged too${via === 'pager' ? ', at the pager' : ''}`)),
  unacknowledged: ({ by }, scene, { pings }) =>
    addressing(line(scene, `${scene.people.person(by)} took the acknowledgement back; paging starts again`), pings),
  lead: ({ to, from }, scene) =>
    saying(
      line(
        scene,
        `${scene.people.person(to)} has the lead${from ? `, taken over from ${scene.people.person(from)}` : ''}`,
      ),
    ),
  role: ({ role, to }, scene) =>
    saying(
      line(
        scene,
        `${scene.people.person(to)} is ${foreign(scene.policy.roles.find(({ id }) => id === role)?.title ?? role, 40)}`,
      ),
    ),
  severity: ({ from, to }, scene, { pings }) =>
    addressing(line(scene, `severity ${from.toUpperCase()} → ${to.toUpperCase()}`), pings),
  'issue-type': ({ issueType }, scene) =>
    saying(
      line(
        scene,
        `it is about ${foreign(scene.policy.issueTypes.find(({ id }) => id === issueType)?.title ?? issueType, 60)}`,
      ),
    ),
  title: ({ to }, scene) => saying(line(scene, `now called ${foreign(to, 60)}`), section(foreign(to, 500))),
  update: ({ text }, scene) => saying(line(scene, `update: ${foreign(text, 70)}`), section(foreign(text, 2_500))),
  escalated: ({ to }, scene, { pings }) =>
    addressing(line(scene, `escalated; paging ${levelNames(to, scene.policy)}`), pings, ...acknowledgeButton(scene)),
  mitigated: (_, scene) =>
    saying(line(scene, 'mitigated: users no longer suffer; every clock goes on until it is resolved')),
  resolved: ({ summary, afterMs }, scene) =>
    saying(
      line(scene, `resolved after ${span(afterMs)}`),
      ...(summary === undefined ? [] : [section(foreign(summary, 2_500))]),
    ),
  reopened: ({ reason }, scene, { pings }) =>
    addressing(line(scene, 'reopened'), pings, section(foreign(reason, 1_000))),
  closed: (_, scene) => saying(line(scene, 'closed; nothing is owed any more')),
  cancelled: ({ reason }, scene) =>
    saying(
      line(scene, 'false alarm; every page and clock is ended'),
      ...(reason === undefined ? [] : [section(foreign(reason, 1_000))]),
    ),
  'diagnosis-asked': (_, scene) => saying(line(scene, 'looking')),
  ticked: ({ duty, done }, scene) =>
    saying(
      line(
        scene,
        `${dutyName(duty)}: ${done.how === 'done' ? 'done' : 'not needed'}, says ${scene.people.person(done.by)}`,
      ),
      ...(done.reason === undefined ? [] : [section(foreign(done.reason, 1_000))]),
    ),
  snoozed: ({ duty, untilMs }, scene) => saying(line(scene, `${dutyName(duty)}: put off until ${clock(untilMs)}`)),
  ladder: (entry, scene, addressed) => ladderMessage(entry, scene, addressed),
  reminder: (entry, scene, addressed) => reminderMessage(entry, scene, addressed),
  'page-accepted': (_, scene) => saying(line(scene, 'the pager took the page')),
  'page-confirmed': ({ levels }, scene) => saying(line(scene, `paged: ${levelNames(levels, scene.policy)}`)),
  'page-unconfirmed': (entry, scene, addressed) => unconfirmed(entry, scene, addressed),
  announced: (_, scene) => saying(line(scene, 'announced')),
  'done-directly': (entry, scene) => recordedLate(entry, scene),
  'channel-opened': ({ channel }, scene) => saying(line(scene, `its channel is <#${foreign(channel, 30)}>`)),
  // no reason: nobody refused it, it is only late
  'channel-late': ({ why }, scene) =>
    why === ''
      ? saying(line(scene, "the channel is pending: until it opens, this thread is the incident's home"))
      : saying(
          line(scene, "no channel could be opened: this thread is the incident's home"),
          context(foreign(why, 300)),
        ),
  'channel-lost': ({ why }, scene) =>
    saying(
      line(scene, ':warning: its channel is gone: from here on the incident is run here'),
      context(`${foreign(why, 300)} What was said there stays there; nothing that was still to be posted is lost.`),
    ),
  report: (_, scene) => saying(line(scene, 'the report of a look is no longer kept')),
  'manual-steps': ({ issueType }, scene) => {
    const type = scene.policy.issueTypes.find(({ id }) => id === issueType);
    return type ? manualSteps(type, scene) : saying(line(scene, 'the runbook no longer has this issue type'));
  },
  undeliverable: ({ what, why }, scene) =>
    saying(line(scene, `:warning: something could not be sent: ${foreign(what, 50)}`), context(foreign(why, 500))),
};

// a table of functions by kind loses, for the compiler, that key and argument belong together
function textOf<K extends Entry['kind']>(kind: K, entry: Of<K>, at: { scene: Scene; addressed: Addressed }): Message {
  return texts[kind](entry, at.scene, at.addressed);
}

export const entryMessage = (entry: Entry, scene: Scene, addressed: Addressed): Message =>
  textOf<Entry['kind']>(entry.kind, entry, { scene, addressed });

const acknowledgeButton = ({ incident }: Scene) =>
  incident.acknowledged
    ? []
    : actions([
        { ...pressOf(incident)('acknowledge'), label: 'Acknowledge', style: 'primary' },
        { ...pressOf(incident)('escalate'), label: 'Escalate' },
      ]);

function ladderMessage(entry: Of<'ladder'>, scene: Scene, { pings }: Addressed): Message {
  const { policy, incident } = scene;
  const what = entry.page.length > 0 ? `paging ${levelNames(entry.page, policy)}` : 'nobody has acknowledged';
  const breach = entry.breach ? 'response time exceeded; ' : '';
  const next =
    entry.nextPageInMs === undefined
      ? []
      : [`Unless somebody acknowledges, the next page goes out in ${span(entry.nextPageInMs)}.`];
  const more = [titleOf(incident, 200), ...next].join('\n');
  return addressing(
    line(scene, `${breach}${what}`),
    pings,
    section(`${more}${lateWords(entry.lateMs, entry.missed)}`),
    ...acknowledgeButton(scene),
  );
}

function unconfirmed({ page: key, levels, why }: Of<'page-unconfirmed'>, scene: Scene, { pings }: Addressed): Message {
  const page: Page | undefined = scene.incident.pages.find((one) => one.key === key);
  const reason = why || page?.why || `the pager has not confirmed it within ${span(scene.policy.confirmWithin)}`;
  return addressing(
    line(scene, `:warning: page NOT confirmed (${levelNames(levels, scene.policy)})`),
    pings,
    section(
      `${titleOf(scene.incident, 200)}\nReach them another way: ${foreign(reason, 300)}. Responder goes on trying.`,
    ),
    ...acknowledgeButton(scene),
  );
}

function recordedLate({ announced, page, lateMs }: Of<'done-directly'>, scene: Scene): Message {
  const paging = page ? `${levelNames(page.levels, scene.policy)}: ${directPaging(page)}. ` : '';
  const announcing = announced ? '' : 'It was not announced meanwhile. ';
  return saying(
    line(scene, `recorded ${span(lateMs)} after it was declared`),
    section(
      `Responder's own database was away. ${paging}${announcing}Every clock counts from the declaration, at ${clock(scene.incident.declaredAt)}.`,
    ),
  );
}
