/** What a page says on a phone at night: severity, title, how to acknowledge. Pure. */
import type { Direct } from '../incident/direct.ts';
import type { Incident, Page } from '../incident/incident.ts';
import type { Person, Policy } from '../incident/policy.ts';
import type { PageRequest } from './ports.ts';

/** What is not seen, or turns other words around, is no word: the pager shows plain text on one line. */
const shown = (title: string): string =>
  title
    .toWellFormed()
    .replaceAll(/\p{Cf}/gu, '')
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(/\p{Cc}/gu, '')
    .trim();

const said = (title: string): string => shown(title) || '(nobody has said yet what is broken)';

const name = ({ number, severity, title }: Incident): string => `${severity.toUpperCase()} #${number} ${said(title)}`;

export function pageText({ key, levels }: Page, incident: Incident, policy: Policy): PageRequest {
  const { severity, number, home } = incident;
  const { title, response } = policy.severities[severity];
  const where = home.kind === 'channel' ? ` The incident's channel is #${home.name}.` : '';
  return {
    key,
    severity,
    message: name(incident),
    description: [
      name(incident),
      `Severity ${severity.toUpperCase()}, ${title}. Response expected within ${Math.round(response / 60_000)} minutes.`,
      `Acknowledge this alert, or in Slack: /incident ack #${number}.${where}`,
    ].join('\n'),
    targets: levels.flatMap((level) => policy.levels[level].pager),
  };
}

export function channelNote({ home, number }: Incident): string {
  const where =
    home.kind === 'channel' ? `#${home.name} (https://slack.com/app_redirect?channel=${home.channel})` : 'Slack';
  return `The incident's channel is ${where}. Acknowledge there with the button, or anywhere: /incident ack #${number}.`;
}

export const acknowledgedBy = (person: Person): string => ('slack' in person ? `Slack ${person.slack}` : person.pager);

/** Without the database there is no number to acknowledge by, and only the pager can take the acknowledgement. */
export function directPageText({ id, page, severity, title }: Direct, policy: Policy): PageRequest {
  const message = `${severity.toUpperCase()} ${said(title)}`;
  return {
    key: page?.key ?? id,
    severity,
    message,
    description: [
      message,
      `Severity ${severity.toUpperCase()}, ${policy.severities[severity].title}.`,
      "Responder's own database is away: there is no channel yet. Acknowledge this alert here, at the pager.",
    ].join('\n'),
    targets: page?.levels.flatMap((level) => policy.levels[level].pager) ?? [],
  };
}
