/** A report as plain text: for a terminal, and for the file beside its message. Nothing is left out. */
import { isUnseen } from './checks.ts';
import type { Change, Check, Finding, Report } from './diagnosis.ts';
import { duration } from './words.ts';

const verdicts = { healthy: 'healthy', suspect: 'SUSPECT', unknown: 'UNKNOWN: not everything was seen' };

export function reportText(report: Report): string {
  const { findings, checks, ruledOut, steps, pending } = report;
  return [
    `${report.title}: ${verdicts[report.verdict]}`,
    `Looked at ${new Date(report.at).toISOString()}; it took ${report.tookMs < 1_000 ? 'less than 1 s' : duration(report.tookMs)}.`,
    ...changesText(report),
    ...block('What it may be', (report.suggestions ?? []).map(suggested)),
    ...block('Still looking at', pending),
    ...findings.flatMap((finding) => ['', ...findingText(finding)]),
    ...block('Not seen', checks.filter(isUnseen).flatMap(unseenText)),
    ...block('Ruled out', ruledOut),
    ...block(
      'Seen, nothing found',
      checks.filter(({ verdict }) => verdict === 'healthy').map(({ name }) => name),
    ),
    ...block(
      `Next steps, by hand (runbook, "${report.paragraph}")`,
      steps.map((step, n) => `${n + 1}. ${step}`),
    ),
    ...block(
      'See the same yourself',
      checks.flatMap(({ name, repeat }) => [`# ${name}`, ...repeat.split('\n')]),
    ),
  ].join('\n');
}

const block = (title: string, lines: string[]): string[] =>
  lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];

function changesText({ changes }: Report): string[] {
  if (!changes) return [];
  const lines = changes.list.length > 0 ? changes.list.map(changed) : ['Nothing was found then, and nothing now.'];
  return block(`Against the look at ${new Date(changes.since).toISOString()}`, lines);
}

const changed = ({ kind, rule, subject, was, is }: Change): string =>
  `${kind}: ${subject} (${rule}): ${[was, is].filter((words) => words !== undefined).join(' -> ')}`;

const suggested = ({ title, verdict, summary }: NonNullable<Report['suggestions']>[number]): string =>
  `${title}: ${verdicts[verdict]}${summary === undefined ? '' : `; ${summary}`}`;

function findingText({
  level,
  subject,
  summary,
  observed,
  threshold,
  evidence = [],
  repeat,
  offers = [],
}: Finding): string[] {
  return [
    `[${level}] ${subject}: ${summary}`,
    ...(observed === undefined ? [] : [`  seen: ${observed}${threshold === undefined ? '' : ` (${threshold})`}`]),
    ...evidence.map((line) => `  | ${line}`),
    ...(repeat === undefined ? [] : repeat.split('\n').map((line) => `  $ ${line}`)),
    ...offers.map(({ label }) => `  could help: ${label}`),
  ];
}

const unseenText = ({ name, why = 'no reason is known', gaps = [], grant }: Check): string[] => [
  ...(gaps.length > 0 ? gaps : [why]).map((reason) => `${name}: ${reason}`),
  ...(grant === undefined ? [] : [`  allow this to see it: ${grant}`]),
];
