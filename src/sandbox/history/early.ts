/** I4: nothing is done before it is due, neither by what the bot wrote down nor by what the pager saw. */
import { type Check, type Fault, fault } from './fault.ts';
import { journalled } from './journal.ts';
import { stepOf } from './ladders.ts';
import type { Records } from './records.ts';
import type { DutyRow, IncidentRow } from './rows.ts';
import { pagesBorn, runsOf, timelineOf } from './runs.ts';

/** Whole milliseconds of two clocks of one machine. */
const skewMs = 50;

export const neverEarly: Check = (records) => [
  ...records.database.duties.flatMap(firedEarly),
  ...records.database.incidents.flatMap((incident) => [
    ...remindedEarly(records, incident),
    ...steppedEarly(records, incident),
    ...pagedEarly(records, incident),
  ]),
];

function firedEarly({ incident, key, dueAt, firedAt, lateMs, state }: DutyRow): Fault[] {
  if (state !== 'paid') return [];
  const early = Math.max(dueAt - (firedAt ?? dueAt), -(lateMs ?? 0));
  return early > 0 ? [fault(`I4: duty ${key} of ${incident} fired ${early} ms early`)] : [];
}

const remindedEarly = (records: Records, { id, number }: IncidentRow): Fault[] =>
  timelineOf(records, id)
    .filter(({ kind, at, body }) => kind === 'reminder' && at < Number(body.dueAt))
    .map(({ body }) => fault(`I4: #${number} was reminded of ${body.duty} before it was due`));

function steppedEarly(records: Records, incident: IncidentRow): Fault[] {
  return runsOf(records, incident).flatMap((run) => {
    const ladder = records.ladders[run.severity];
    return run.rows
      .filter(({ kind }) => kind === 'ladder')
      .filter(({ at, body }) => ladder && at < run.startedAt + stepOf(ladder, Number(body.step)).at)
      .map(({ body }) => fault(`I4: ladder ${run.n} of #${incident.number} took step ${body.step} before it was due`));
  });
}

/** A declaration that the journal took is paged at once, whatever its ladder would have waited for. */
function pagedEarly(records: Records, incident: IncidentRow): Fault[] {
  if (journalled(records).has(incident.id)) return [];
  const born = new Map(pagesBorn(records, incident).map(({ key, row }) => [key, row.at]));
  return records.pager.transcript
    .filter(({ kind, alias, at }) => kind === 'page' && at < (born.get(alias) ?? 0) - skewMs)
    .map(({ alias }) => fault(`I4: page ${alias} of #${incident.number} was sent before its step was taken`));
}
