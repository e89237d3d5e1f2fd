/** A diagnosis in the thread: what, where, how it was seen; what is not known; what is left to a person. */
import type { KnownBlock } from '@slack/types';
import type { Report, Suggestion, Verdict } from '../../diagnosis/diagnosis.ts';
import type { Incident } from '../../incident/incident.ts';
import type { IssueType } from '../../incident/policy.ts';
import {
  actions,
  addressing,
  type ButtonParts,
  context,
  foreign,
  preformatted,
  saying,
  section,
  when,
} from './blocks.ts';
import { pressOf } from './card.ts';
import { changeBlocks } from './changes.ts';
import { findingBlocks, unseenBlocks } from './finding.ts';
import type { Message, Scene } from './message.ts';
import { clock, name, span } from './words.ts';

const verdicts: Record<Verdict, string> = {
  healthy: ':white_check_mark: healthy',
  suspect: ':mag: suspect',
  unknown: ':grey_question: UNKNOWN, not everything was seen',
};

const most = { fact: 88, steps: 10, ruledOut: 8, names: 30, suggestions: 8 };

export interface Around {
  /** absent: somebody asked outside of any incident */
  incident?: Incident;
  pings?: string;
  /** what could not be done with it, as a sentence */
  note?: string | undefined;
}

export function reportMessage(report: Report, { incident, pings = '', note }: Around): Message {
  // a mere note does not make what is healthy sound ill on a lock screen
  const top = report.findings.find(({ level }) => level !== 'info');
  const fact = top ? foreign(`${top.subject}: ${top.summary}`, incident ? most.fact : 70) : verdicts[report.verdict];
  return addressing(
    `${incident ? name(incident) : foreign(report.title, 25)}: ${fact}`,
    pings,
    section(headOf(report)),
    ...pendingBlocks(report),
    ...when(note !== undefined, () => [context(`:warning: ${foreign(note ?? '', 300)}`)]),
    ...changeBlocks(report.changes),
    ...suggestionBlocks(report, incident),
    ...findingBlocks(report.findings),
    ...unseenBlocks(report.checks.filter(({ name }) => !report.pending.includes(name))),
    ...seenBlocks(report),
    ...when(report.steps.length > 0, () => [section(`*Next steps, by hand*\n${stepLines(report.steps)}`)]),
    ...actions(lookAgain(report, incident)),
    context(
      `Looked at ${clock(report.at)}; it took ${shortly(report.tookMs)}. Follows the runbook, "${foreign(report.paragraph, 80)}".`,
    ),
    ...repeats(report),
  );
}

/** Most looks are over within a second, and "0 s" sounds as if there had been none. */
const shortly = (ms: number): string => (ms < 1_000 ? 'less than 1 s' : span(ms));

/** How much was not seen stands in the head: whatever else has no room, this has. */
function headOf({ title, verdict, checks, pending }: Report): string {
  const unseen = checks.filter((check) => check.verdict === 'unknown' && !pending.includes(check.name)).length;
  const missing = unseen > 0 ? `; ${unseen} of ${checks.length} checks NOT seen` : '';
  const first = pending.length > 0 ? ' (first findings)' : '';
  return `*${foreign(title, 100)}*: ${verdicts[verdict]}${missing}${first}`;
}

const pendingBlocks = ({ pending }: Report): KnownBlock[] =>
  when(pending.length > 0, () => [
    section(`:hourglass_flowing_sand: *Still looking at*: ${namesOf(pending)}. This message will change.`),
  ]);

const namesOf = (names: string[]): string =>
  names
    .slice(0, most.names)
    .map((one) => foreign(one, 60))
    .join(', ');

/** What each playbook makes of it; whoever knows better chooses another type on the card. */
function suggestionBlocks({ suggestions = [] }: Report, incident: Incident | undefined): KnownBlock[] {
  const shown = suggestions.slice(0, most.suggestions);
  if (shown.length === 0) return [];
  const lines = shown.map(({ title, verdict }) => `${foreign(title, 60)}: ${verdicts[verdict]}`);
  const isOpen = incident?.issueType === undefined && (incident?.phase === 'open' || incident?.phase === 'mitigated');
  const buttons = incident && isOpen ? shown.filter(({ verdict }) => verdict === 'suspect') : [];
  return [
    section(`*Nobody has said what it is; every playbook looked*\n${lines.join('\n')}`),
    ...actions(buttons.map((one, n) => itIs(one, n, incident))),
  ];
}

const itIs = ({ issueType, title }: Suggestion, n: number, incident: Incident | undefined): ButtonParts => ({
  action: 'issue-type',
  label: `It is: ${title}`,
  pressed: incident ? pressOf(incident)('issue-type', issueType).pressed : {},
  ...(n === 0 ? { style: 'primary' as const } : {}),
});

function seenBlocks({ checks, ruledOut }: Report): KnownBlock[] {
  const healthy = checks.filter(({ verdict }) => verdict === 'healthy').map(({ name }) => name);
  const sentences = ruledOut.slice(0, most.ruledOut).map((one) => `• ${foreign(one, 200)}`);
  return [
    ...when(sentences.length > 0, () => [section(`*Ruled out*\n${sentences.join('\n')}`)]),
    ...when(healthy.length > 0, () => [context(`:white_check_mark: Seen, nothing found: ${namesOf(healthy)}.`)]),
  ];
}

/** While it is still looked at there is nothing to look at again. */
function lookAgain({ issueType, pending }: Report, incident: Incident | undefined): ButtonParts[] {
  if (!incident || pending.length > 0 || incident.phase === 'closed' || incident.phase === 'cancelled') return [];
  return [{ ...pressOf(incident)('diagnose', issueType === '' ? undefined : issueType), label: 'Look again' }];
}

const stepLines = (steps: string[]): string =>
  steps
    .slice(0, most.steps)
    .map((step, n) => `${n + 1}. ${foreign(step, 200)}`)
    .join('\n');

function repeats({ checks }: Report): KnownBlock[] {
  const commands = checks.map(({ name, repeat }) => `-- ${name}\n${repeat}`);
  return commands.length > 0 ? [section('*See the same yourself*'), preformatted(commands)] : [];
}

/** For a type without a playbook: the runbook's own commands and steps, and that nobody has looked. */
export function manualSteps(
  { title, look, steps, paragraph }: IssueType,
  { incident }: Partial<Pick<Scene, 'incident'>>,
): Message {
  return saying(
    `${incident ? `${name(incident)}: ` : ''}${foreign(title, 50)}: not looked at; the steps are for you`,
    section('*Not looked at*: Responder has no playbook for this type yet. The runbook says to run:'),
    preformatted(look.length > 0 ? look : ['(no commands)']),
    section(stepLines(steps)),
    context(`From the runbook, "${foreign(paragraph, 80)}".`),
  );
}
