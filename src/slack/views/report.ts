/** A diagnosis in the thread: verdict, numbers, evidence, how to see the same, what is left to a person. */
import type { KnownBlock } from '@slack/types';
import type { Check, Finding, Report, Verdict } from '../../diagnosis/diagnosis.ts';
import type { IssueType } from '../../incident/policy.ts';
import { addressing, context, foreign, preformatted, saying, section } from './blocks.ts';
import type { Message, Scene } from './message.ts';
import { name } from './words.ts';

const marks = {
  critical: ':red_circle: *critical*',
  warning: ':large_orange_circle: *warning*',
  info: ':information_source: note',
};

const verdicts: Record<Verdict, string> = {
  healthy: ':white_check_mark: healthy',
  suspect: ':mag: suspect',
  unknown: ':grey_question: UNKNOWN, not everything was seen',
};

const most = { findings: 8, steps: 10 };

export function reportMessage(
  report: Report,
  { incident }: Pick<Scene, 'incident'>,
  { pings }: { pings: string },
): Message {
  const [top] = report.findings;
  const fact = top ? foreign(top.summary, 70) : verdicts[report.verdict];
  const unseen = report.checks.filter(({ verdict }) => verdict === 'unknown');
  return addressing(
    `${name(incident)}: ${fact}`,
    pings,
    section(`*${foreign(report.title, 100)}*: ${verdicts[report.verdict]}`),
    ...report.findings.slice(0, most.findings).flatMap(findingBlocks),
    ...(unseen.length > 0 ? [section(unseen.map(notSeen).join('\n'))] : []),
    ...report.checks
      .filter(({ verdict }) => verdict === 'healthy')
      .map((check) => context(`:white_check_mark: ${foreign(check.name, 60)}: seen, nothing found.`)),
    section(`*Left to a person*\n${stepLines(report.steps)}`),
    context(`Follows the runbook, "${foreign(report.paragraph, 80)}". Took ${report.tookMs} ms.`),
    ...repeats(report),
  );
}

function findingBlocks({ level, subject, summary, observed, threshold, evidence }: Finding): KnownBlock[] {
  const measured =
    observed === undefined
      ? ''
      : `\nSeen: ${foreign(observed, 150)}${threshold === undefined ? '' : ` (${foreign(threshold, 150)})`}`;
  const text = `${marks[level]} ${foreign(subject, 80)}: ${foreign(summary, 400)}${measured}`;
  return [section(text), ...(evidence && evidence.length > 0 ? [preformatted(evidence.slice(0, 15))] : [])];
}

const notSeen = ({ name, why = 'no reason is known' }: Check): string =>
  `:grey_question: *Not seen*: ${foreign(name, 60)}: ${foreign(why, 300)}`;

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
  { incident }: Pick<Scene, 'incident'>,
): Message {
  return saying(
    `${name(incident)}: ${foreign(title, 50)}: not looked at; the steps are for you`,
    section('*Not looked at*: Responder has no playbook for this type yet. The runbook says to run:'),
    preformatted(look.length > 0 ? look : ['(no commands)']),
    section(stepLines(steps)),
    context(`From the runbook, "${foreign(paragraph, 80)}".`),
  );
}
