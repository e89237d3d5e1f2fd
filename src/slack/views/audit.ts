/** What an audit found of one incident, for the asker alone. */
import type { Incident } from '../../incident/incident.ts';
import { context, foreign, section, sentence } from './blocks.ts';
import type { Message } from './message.ts';
import { name } from './words.ts';

export interface Findings {
  faults: string[];
  missed: string[];
  late: string[];
  unknown?: string;
  head: { head: string; length: number };
}

const most = 10;

function list(title: string, findings: string[]): string[] {
  if (findings.length === 0) return [];
  const shown = findings.slice(0, most).map((finding) => `• ${foreign(finding, 200)}`);
  const more =
    findings.length > most ? [`${findings.length - most} more are not shown: \`npm run audit\` prints all.`] : [];
  return [[`*${title}*`, ...shown, ...more].join('\n')];
}

const verdictOf = ({ faults, missed, late, unknown }: Findings): string => {
  if (faults.length > 0) return 'something is wrong with its records';
  if (missed.length > 0) return 'something is due and was not done';
  if (unknown !== undefined) return 'its timeline is whole; its duties could not be re-derived';
  return late.length > 0
    ? 'its records hold together; something was done late'
    : 'its records hold together, and nothing was late';
};

export function auditMessage(incident: Incident, findings: Findings | undefined): Message {
  if (!findings) return sentence(`Nothing was audited: ${name(incident)} is not there any more.`);
  const { faults, missed, late, unknown, head } = findings;
  const parts = [
    ...list('Wrong', faults),
    ...list('Due, and not done', missed),
    ...list('Done late', late),
    ...list('Not known', unknown === undefined ? [] : [unknown]),
  ];
  return sentence(
    `${name(incident)}: ${verdictOf(findings)}`,
    ...parts.map((part) => section(part)),
    context(
      `${head.length} rows in its timeline, the last one ${foreign(head.head.slice(0, 12), 12)}. The log has the same every hour.`,
    ),
  );
}
