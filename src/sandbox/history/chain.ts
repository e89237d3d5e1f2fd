/** I8: every row of a timeline carries the hash of the one before it, and the incident knows the last one. */
import { createHash } from 'node:crypto';
import { type Check, type Fault, fault, textOf } from './fault.ts';
import type { IncidentRow, TimelineRow } from './rows.ts';
import { timelineOf } from './runs.ts';

export const auditChain: Check = (records) =>
  records.database.incidents.flatMap((incident) => brokenAt(incident, timelineOf(records, incident.id)));

export function hashOf({ seq, at, actor, kind, body, previous }: TimelineRow): string {
  return createHash('sha256').update(textOf({ seq, at, actor, kind, body, previous })).digest('hex');
}

function brokenAt({ number, head, length }: IncidentRow, chain: TimelineRow[]): Fault[] {
  let previous = '';
  for (const [n, row] of chain.entries()) {
    if (row.seq !== n + 1) return [fault(`I8: row ${n + 1} of the timeline of #${number} is missing`)];
    if (row.previous !== previous) return [fault(`I8: row ${row.seq} of #${number} does not follow the row before it`)];
    if (row.hash !== hashOf(row)) return [fault(`I8: row ${row.seq} (${row.kind}) of #${number} was changed`)];
    previous = row.hash;
  }
  const whole = chain.length === length && previous === head;
  return whole
    ? []
    : [fault(`I8: the timeline of #${number} ends at row ${chain.length}, its incident says ${length}`)];
}
