/** The file beside a report: all of it as text, with the evidence that a message has no room for. */
import type { Report } from '../diagnosis/diagnosis.ts';
import { reportText } from '../diagnosis/text.ts';
import type { Incident } from '../incident/incident.ts';
import type { EvidenceFile } from './ports.ts';

/** enough for the logs of a look; Slack takes more, and nobody reads that */
const mostLength = 500_000;

export function evidenceFile({ number }: Pick<Incident, 'number'>, report: Report): EvidenceFile {
  const type = report.issueType.replaceAll(/[^\w-]/g, '') || 'all';
  const at = new Date(report.at).toISOString().slice(0, 16).replaceAll(/[:T]/g, '-');
  const whole = reportText(report);
  const text = whole.length > mostLength ? `${whole.slice(0, mostLength)}\n(cut here)` : whole;
  return { name: `incident-${number}-${type}-${at}.txt`, text: text.toWellFormed() };
}
