/** The status card, edited in place, and the announcement: what stands, who acts, what runs out next. */
import type { KnownBlock } from '@slack/types';
import type { Incident, Page } from '../../incident/incident.ts';
import { type Policy, reminderKinds } from '../../incident/policy.ts';
import { actions, type ButtonParts, context, firstLineLength, foreign, message, section, when } from './blocks.ts';
import type { Message, Scene } from './message.ts';
import type { Action } from './press.ts';
import { clock, dutyName, levelNames, mark, span, titleOf } from './words.ts';

/** Room for "P1 #12: … — resolved" in the first line. */
const titleRoom = firstLineLength - 45;

const phases = {
  open: 'open',
  mitigated: 'mitigated',
  resolved: 'resolved',
  closed: 'closed',
  cancelled: 'false alarm',
};

const isLive = ({ phase }: Incident): boolean => phase === 'open' || phase === 'mitigated';

const headline = ({ incident }: Scene): string =>
  `${mark(incident.severity)} #${incident.number}: ${titleOf(incident, titleRoom)} — ${phases[incident.phase]}`;

export function cardMessage(scene: Scene): Message {
  const { incident } = scene;
  return message(headline(scene), [
    section(`*${headline(scene)}*`),
    section(facts(scene).join('\n')),
    ...when(isLive(incident), () => question(scene)),
    ...actions(isLive(incident) ? liveButtons(scene) : []),
    context(
      `Declared by ${scene.people.person(incident.declaredBy)} at ${clock(incident.declaredAt)}. \`/incident help\` lists what can be done.`,
    ),
  ]);
}

function facts(scene: Scene): string[] {
  const { incident } = scene;
  return isLive(incident)
    ? [...answering(scene), leading(scene), ...updates(scene), target(scene), ...kind(scene), ...homeless(incident)]
    : [...ended(scene), leading(scene), ...kind(scene)];
}

function answering(scene: Scene): string[] {
  const { incident, policy, people } = scene;
  const { acknowledged, pages } = incident;
  const answer = acknowledged
    ? `*Acknowledged* by ${people.person(acknowledged.by)} at ${clock(acknowledged.at)}.`
    : `*Nobody has acknowledged yet.*${nextPage(scene)}`;
  return [answer, ...paging(pages, policy), ...absentees(people)];
}

function nextPage({ duties, policy }: Scene): string {
  const next = duties.find(({ page }) => page.length > 0);
  return next ? ` Next page: ${levelNames(next.page, policy)} at ${clock(next.dueAt)}.` : '';
}

/** Accepted is not delivered: only what the pager confirmed is said to be paged. */
const pageWords: Record<Page['state'], string> = {
  requested: 'paging requested',
  accepted: 'paging requested',
  confirmed: 'paged',
  failed: ':warning: page refused, NOT confirmed',
  acknowledged: '',
  closed: '',
};

function paging(pages: Page[], policy: Policy): string[] {
  const last = pages.findLast(({ state }) => pageWords[state] !== '');
  if (!last) return [];
  const late = last.rerouted && last.state !== 'confirmed' && last.state !== 'failed';
  const words = late ? ':warning: page NOT confirmed' : pageWords[last.state];
  return [`Pager: ${words} (${levelNames(last.levels, policy)}, ${clock(last.at)}).`];
}

/** Nobody should wait for somebody who cannot read this. */
const absentees = ({ absent }: Scene['people']): string[] =>
  absent.length === 0
    ? []
    : [
        `:warning: On call, but not in this Slack: ${absent.join(', ')}. Here they are neither mentioned nor invited; the pager goes to them all the same.`,
      ];

function leading({ incident, policy, people }: Scene): string {
  const roles = Object.entries(incident.roles).map(
    ([id, person]) =>
      `${foreign(policy.roles.find((role) => role.id === id)?.title ?? id, 40)}: ${people.person(person)}`,
  );
  const lead = incident.lead ? `Lead: ${people.person(incident.lead)}` : 'Nobody has the lead';
  return `${[lead, ...roles].join(' · ')}.`;
}

function updates({ incident, duties }: Scene): string[] {
  const { text, at } = incident.update;
  const owed = duties.find((duty) => duty.kind === 'update');
  const said = text === undefined ? [] : [`Last update (${clock(at)}): ${foreign(text, 300)}`];
  return owed ? [...said, `Next update owed at ${clock(owed.dueAt)}.`] : said;
}

function target({ incident, policy, now }: Scene): string {
  const left = incident.declaredAt + policy.severities[incident.severity].resolution - now;
  return left >= 0
    ? `Resolution target: ${clock(now + left)}.`
    : `:warning: Resolution target exceeded by ${span(-left)}.`;
}

function kind({ incident, policy }: Scene): string[] {
  const type = policy.issueTypes.find(({ id }) => id === incident.issueType);
  return type ? [`Issue type: ${foreign(type.title, 80)}.`] : [];
}

/** In a storm channels come at Slack's pace: what is only late is not called impossible. */
const homeless = ({ home, channelImpossible }: Incident): string[] => {
  if (home.kind === 'none') return ['Channel pending.'];
  if (home.kind === 'channel') return [];
  return channelImpossible
    ? [":warning: No channel could be opened: this thread is the incident's home."]
    : ["Channel pending: until it opens, this thread is the incident's home."];
};

function whereabouts({ home, channelImpossible }: Incident): string {
  if (home.kind === 'channel') return `<#${home.channel}>`;
  if (home.kind === 'none') return 'channel pending';
  return channelImpossible ? 'in this thread' : 'channel pending, until then in this thread';
}

function ended({ incident, duties, people }: Scene): string[] {
  const { resolved, phase, endedAt } = incident;
  const owed = reminderKinds.filter((kind) => duties.some((duty) => duty.kind === kind)).map(dutyName);
  const by = resolved.by ? ` by ${people.person(resolved.by)}` : '';
  return [
    ...(resolved.at === undefined
      ? []
      : [`*Resolved*${by} at ${clock(resolved.at)}, after ${span(resolved.at - incident.declaredAt)}.`]),
    ...(resolved.summary === undefined ? [] : [foreign(resolved.summary, 300)]),
    ...(owed.length > 0 ? [`Still owed: ${owed.join(', ')}.`] : []),
    ...(endedAt === undefined ? [] : [`*${phase === 'cancelled' ? 'False alarm' : 'Closed'}* at ${clock(endedAt)}.`]),
  ];
}

/** What is broken, while nobody has said so. */
function question(scene: Scene): KnownBlock[] {
  const { incident, policy } = scene;
  if (incident.issueType !== undefined || (incident.title !== '' && policy.issueTypes.length === 0)) return [];
  const press = pressOf(incident);
  const types = policy.issueTypes
    .slice(0, 20)
    .map((type): ButtonParts => ({ ...press('issue-type', type.id), label: type.title }));
  const other: ButtonParts[] =
    incident.title === '' ? [{ ...press('ask-title'), label: 'Something else: give it a title' }] : [];
  return [section('*What is broken?* Choosing a type starts the look at it.'), ...actions([...types, ...other])];
}

export const pressOf =
  ({ id, version }: Incident) =>
  (action: Action, data?: string): Pick<ButtonParts, 'action' | 'pressed'> => ({
    action,
    pressed: { incident: id, version, ...(data === undefined ? {} : { data }) },
  });

export function liveButtons({ incident }: Scene): ButtonParts[] {
  const press = pressOf(incident);
  return [
    ...when<ButtonParts>(!incident.acknowledged, () => [
      { ...press('acknowledge'), label: 'Acknowledge', style: 'primary' },
    ]),
    ...when<ButtonParts>(!incident.lead, () => [{ ...press('lead'), label: 'Take lead' }]),
    ...when<ButtonParts>(incident.issueType !== undefined, () => [{ ...press('diagnose'), label: 'Diagnose' }]),
    { ...press('escalate'), label: 'Escalate' },
    { ...press('update'), label: 'Post update' },
    ...when<ButtonParts>(incident.phase === 'open', () => [{ ...press('mitigate'), label: 'Mitigated' }]),
    { ...press('resolve'), label: 'Resolve' },
  ];
}

/** One line for the incidents channel, edited as the incident goes on. */
export function announcementMessage(scene: Scene): Message {
  const { incident, people } = scene;
  const { acknowledged } = incident;
  const press = pressOf(incident);
  const where = whereabouts(incident);
  const who = acknowledged ? `acknowledged by ${people.person(acknowledged.by)}` : 'nobody has acknowledged yet';
  const state = isLive(incident) ? [where, who] : [where];
  const buttons: ButtonParts[] = [
    ...when<ButtonParts>(!acknowledged, () => [{ ...press('acknowledge'), label: 'Acknowledge', style: 'primary' }]),
    { ...press('join'), label: 'Join' },
  ];
  return message(headline(scene), [
    section(`*${headline(scene)}*\n${state.join(' · ')}`),
    ...actions(isLive(incident) ? buttons : []),
  ]);
}
