/** One finding as a tired person reads it: how bad, where, what, how it was measured, what could help, the raw lines. */
import type { KnownBlock } from '@slack/types';
import { isUnseen } from '../../diagnosis/checks.ts';
import type { Check, Finding } from '../../diagnosis/diagnosis.ts';
import { context, foreign, preformatted, section, when } from './blocks.ts';

const marks = {
  critical: ':red_circle: *critical*',
  warning: ':large_orange_circle: *warning*',
  info: ':information_source: note',
};

/** A message holds little; the file beside it holds all. */
const most = { findings: 7, withEvidence: 4, lines: 5, lineLength: 160, unseen: 8 };

export function findingBlocks(findings: Finding[]): KnownBlock[] {
  const left = findings.length - most.findings;
  return [
    ...findings.slice(0, most.findings).flatMap(blocksOf),
    ...when(left > 0, () => [context(`${left} more ${left === 1 ? 'finding is' : 'findings are'} not shown here.`)]),
  ];
}

function blocksOf(finding: Finding, n: number): KnownBlock[] {
  const { level, subject, summary, evidence = [], repeat } = finding;
  const text = [
    `${marks[level]} *${foreign(subject, 80)}*: ${foreign(summary, 400)}`,
    ...measured(finding),
    ...helps(finding),
  ];
  const lines = evidence.slice(0, most.lines).map((line) => line.slice(0, most.lineLength));
  const raw = [...lines, ...(repeat === undefined ? [] : [`$ ${repeat}`])];
  return [section(text.join('\n')), ...when(n < most.withEvidence && raw.length > 0, () => [preformatted(raw)])];
}

const measured = ({ observed, threshold }: Finding): string[] =>
  observed === undefined
    ? []
    : [`Seen: ${foreign(observed, 150)}${threshold === undefined ? '' : ` (${foreign(threshold, 150)})`}`];

/** Words and no button: what Responder cannot do yet is done by a person. */
const helps = ({ offers = [] }: Finding): string[] =>
  offers.length === 0 ? [] : [`Could help: ${offers.map(({ label }) => foreign(label, 80)).join('; ')}.`];

/** What nobody has seen is not healthy: it stands here with the reason, and with what would have to be allowed. */
export function unseenBlocks(checks: Check[]): KnownBlock[] {
  const unseen = checks.filter(isUnseen);
  const left = unseen.length - most.unseen;
  return when(unseen.length > 0, () => [
    section(unseen.slice(0, most.unseen).map(unseenLine).join('\n')),
    ...when(left > 0, () => [context(`${left} more were not seen.`)]),
  ]);
}

const unseenLine = ({ name, why = 'no reason is known', gaps = [], grant }: Check): string =>
  [
    `:grey_question: *Not seen*: ${foreign(name, 60)}: ${foreign(gaps.length > 0 ? gaps.join('; ') : why, 250)}`,
    ...(grant === undefined ? [] : [`To see it, allow: ${foreign(grant, 120)}`]),
  ].join('\n');
