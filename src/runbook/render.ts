/** The policy as a page for people, and as the ConfigMap that carries it into a cluster. */
import type { IssueType, Ladder, LadderStep, Policy, ReminderKind, Schedule, Severity } from '../incident/policy.ts';
import { defaultReminders, reminderKinds, severities } from '../incident/policy.ts';
import { writeDuration } from './duration.ts';
import type { Known, Threshold } from './known.ts';

const names = (values: string[]): string => values.join(', ');

function asked({ page, mention }: Pick<LadderStep, 'page' | 'mention'>): string {
  const parts = [page.length > 0 ? `page ${names(page)}` : '', mention.length > 0 ? `mention ${names(mention)}` : ''];
  return parts.filter(Boolean).join('; ') || 'nothing';
}

const stepRow = (step: LadderStep): string =>
  `| ${writeDuration(step.at)} | ${asked(step)}${step.breach ? '; **response time exceeded**' : ''} |`;

const ladderTable = ({ steps, repeat }: Ladder): string[] => [
  '| At | What |',
  '|---|---|',
  ...steps.map(stepRow),
  `| then every ${writeDuration(repeat.every)} | ${asked(repeat)} |`,
];

function severitySection(severity: Severity, policy: Policy): string[] {
  const { title, criteria, response, resolution, escalation } = policy.severities[severity];
  return [
    `### ${severity.toUpperCase()} - ${title}`,
    '',
    ...criteria.map((one) => `- ${one}`),
    '',
    `Response: ${response === 0 ? 'immediate' : `within ${writeDuration(response)}`}. Resolution target: ${writeDuration(resolution)}. ${escalation}.`,
    '',
    'Until somebody acknowledges, counted from the moment the severity was set:',
    '',
    ...ladderTable(policy.ladder[severity]),
    '',
  ];
}

function scheduleWords(schedule: Schedule | undefined): string {
  if (!schedule) return '–';
  const { at, every } = schedule;
  const parts = [
    at.length > 0 ? `at ${names(at.map((ms) => (ms === 0 ? 'once' : writeDuration(ms))))}` : '',
    every === undefined ? '' : `every ${writeDuration(every)}`,
  ];
  return parts.filter(Boolean).join(', then ');
}

function reminderRow(kind: ReminderKind, { reminders }: Policy): string {
  const { name, from } = defaultReminders[kind];
  const times = severities.map((severity) => scheduleWords(reminders[kind][severity]));
  return `| ${[name, ...times, from].join(' | ')} |`;
}

function issueSection({ id, title, symptoms, words, look, steps }: IssueType): string[] {
  return [
    `### ${title}`,
    '',
    `\`${id}\`, suggested by the words: ${words.length > 0 ? names(words) : '(none)'}.`,
    '',
    'Symptoms:',
    '',
    ...symptoms.map((one) => `- ${one}`),
    '',
    'Diagnosis:',
    '',
    '```bash',
    ...look,
    '```',
    '',
    'Resolution:',
    '',
    ...steps.map((one, n) => `${n + 1}. ${one}`),
    '',
  ];
}

function amount({ unit }: Threshold, value: number): string {
  if (unit === 'time') return writeDuration(value);
  return unit === 'percent' ? `${value} %` : `${value}`;
}

function thresholdRow([name, threshold]: [string, Threshold], { issueTypes }: Policy): string {
  const set = issueTypes.flatMap(({ id, thresholds }) => {
    const value = thresholds[name];
    return value === undefined ? [] : [`${id}: ${amount(threshold, value)}`];
  });
  return `| \`${name}\` | ${amount(threshold, threshold.byDefault)} | ${names(set) || '–'} | ${threshold.what} |`;
}

/** docs/runbook.md, whole. */
export function renderMarkdown(policy: Policy, { thresholds, targets }: Known): string {
  const { title, levels, roles, fallback } = policy;
  return [
    `# ${title}`,
    '',
    'Generated from `runbook.yaml` by `npm run generate`; change that, not this.',
    '',
    '## Severities',
    '',
    ...severities.flatMap((severity) => severitySection(severity, policy)),
    '## Reminders',
    '',
    '| What | P1 | P2 | P3 | Counts from |',
    '|---|---|---|---|---|',
    ...reminderKinds.map((kind) => reminderRow(kind, policy)),
    '',
    '## People',
    '',
    '| Level | Paged through | Mentioned |',
    '|---|---|---|',
    ...Object.values(levels).map(
      (level) =>
        `| ${level.title} | ${names(level.pager.map((target) => `${target.type} ${target.name}`)) || '–'} | ${names([...level.slack, ...(level.schedule ? [`on call by schedule ${level.schedule}`] : [])]) || '–'} |`,
    ),
    `| Fallback, when a page is not confirmed within ${writeDuration(policy.confirmWithin)} | – | ${names(fallback.slack) || 'nobody yet'} |`,
    '',
    `Roles beside the lead: ${names(roles.map((role) => role.title))}.`,
    '',
    '## Issue types',
    '',
    ...policy.issueTypes.flatMap(issueSection),
    '## Thresholds',
    '',
    'What the rules compare with. Each issue type can set its own under `thresholds`, a time like `15m`, a percentage above 0 and up to 100 without its sign, else a whole number.',
    '',
    '| Name | By default | Set | What it is |',
    '|---|---|---|---|',
    ...Object.entries(thresholds).map((one) => thresholdRow(one, policy)),
    '',
    '## Targets',
    '',
    'What the playbooks look at. An issue type that has a playbook can name these under `targets`, and nothing else.',
    '',
    '| Issue type | Names |',
    '|---|---|',
    ...[...targets].map(([id, read]) => `| ${id} | ${names(read.map((name) => `\`${name}\``))} |`),
    '',
  ].join('\n');
}

/** manifests/config-map.yaml, whole: the file as it stands, its comments too. */
export const renderConfigMap = (yaml: string): string =>
  [
    '# Generated from runbook.yaml by `npm run generate`; change that, not this.',
    'apiVersion: v1',
    'kind: ConfigMap',
    'metadata:',
    '  name: responder-runbook',
    'data:',
    '  runbook.yaml: |',
    ...yaml
      .trimEnd()
      .split('\n')
      .map((line) => (line === '' ? '' : `    ${line}`)),
    '',
  ].join('\n');
