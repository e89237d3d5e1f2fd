/** What is said of a declaration while the bot's own database is away: what was done, what was not, what works meanwhile. */
import type { Direct } from '../../incident/direct.ts';
import type { Page } from '../../incident/incident.ts';
import type { Policy } from '../../incident/policy.ts';
import { addressing, context, foreign, section } from './blocks.ts';
import type { Message, People } from './message.ts';
import { clock, levelNames, mark, titleOf } from './words.ts';

export interface Around {
  policy: Policy;
  people: People;
  /** resolved mentions of whoever is to act */
  pings?: string;
}

/** The same words for whoever declared and for everybody. */
export function directMessage(direct: Direct, around: Around): Message {
  return addressing(
    `${mark(direct.severity)} declared, no channel yet: ${titleOf(direct, 40)}`,
    around.pings ?? '',
    section(
      [`*${titleOf(direct, 300)}*`, declared(direct, around), paging(direct, around), meanwhile(direct)].join('\n'),
    ),
    context(
      direct.recordedAs === undefined
        ? 'Until then no other `/incident` command works but `declare`; acknowledge at the pager.'
        : 'Here it was said before that it is not recorded.',
    ),
  );
}

export function directWarning(direct: Direct, around: Around): Message {
  return addressing(
    `${mark(direct.severity)}: :warning: page NOT confirmed`,
    around.pings ?? '',
    section([`*${titleOf(direct, 300)}*`, declared(direct, around), paging(direct, around)].join('\n')),
    context(`Reach them another way. Responder goes on trying; its own database is away.`),
  );
}

const declared = ({ by, at }: Direct, { people }: Around): string =>
  `Declared by ${people.person(by)} at ${clock(at)}.`;

function paging({ page }: Direct, { policy }: Around): string {
  if (!page) return 'The runbook pages nobody for this severity: nobody was paged.';
  return `Pager, ${levelNames(page.levels, policy)}: ${directPaging(page)}.`;
}

/** Accepted is not delivered. */
export function directPaging({ state, why, rerouted }: Page): string {
  switch (state) {
    case 'failed':
      return `:warning: could NOT be paged: ${foreign(why ?? '', 300)}`.replace(/\.$/, '');
    case 'confirmed':
      return 'paged';
    case 'acknowledged':
    case 'closed':
      return 'answered at the pager';
    default:
      return rerouted ? ':warning: page NOT confirmed' : 'paging requested, not confirmed yet';
  }
}

function meanwhile({ recorded, recordedAs }: Direct): string {
  if (recordedAs !== undefined)
    return `*Recorded after all*, as #${recordedAs}: Responder's own database was only slow. Do not declare it again; it goes on there.`;
  return recorded
    ? "Responder's own database is away: no number, no channel and no clocks until it is back. Then this becomes an incident by itself."
    : ":warning: *NOT recorded*: Responder's own database is away, and nothing could be written down. Declare it again when it is back. Until then there is no number, no channel, no clock.";
}
