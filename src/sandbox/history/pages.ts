/** I2, I3, I5: every page that was due is at the pager or explained, none comes late, and each step has one key. */
import { type Check, type Fault, fault, repeated } from './fault.ts';
import { journalled } from './journal.ts';
import { stepOf } from './ladders.ts';
import type { Records } from './records.ts';
import type { IncidentRow, TimelineRow } from './rows.ts';
import { type Born, pagesBorn, type Run, runsOf, timelineOf } from './runs.ts';

/** A page that left before the acknowledgement was committed may arrive within the lease of its outbox row, which is 6 s. */
const inFlightMs = 6_500;
/** Within this a page is confirmed, or the second route is taken; a little is left for the clocks. */
const explainedWithinMs = 35_000;
/** A step that fell due while nobody could take it, and was then overtaken by the end of its run. */
const overtakenWithinMs = 90_000;
/** How long a step may be owed before it counts as not taken. */
const takenWithinMs = 30_000;

const endings = new Set(['acknowledged', 'resolved', 'cancelled', 'closed']);
const minutes = (ms: number): string => `${Math.round(ms / 6_000) / 10} min`;

/** The entry that ended the need for a page, if there was one. */
const endingAfter = (records: Records, { row }: Born): TimelineRow | undefined =>
  timelineOf(records, row.incident).find(({ seq, kind }) => seq > row.seq && endings.has(kind));

const isCall = ({ kind }: Records['pager']['transcript'][number]): boolean => kind === 'page' || kind === 'repeat';

export const dueIsPaged: Check = (records) =>
  records.database.incidents.flatMap((incident) => [
    ...runsOf(records, incident).flatMap((run) => stepsNotTaken(records, incident, run)),
    ...pagesBorn(records, incident).flatMap((born) => notPaged(records, incident, born)),
  ]);

/** The steps of a run are counted again by the runbook: each has its entry, or was cancelled by what ended the run. */
function stepsNotTaken(records: Records, { id, number }: IncidentRow, run: Run): Fault[] {
  const ladder = records.ladders[run.severity];
  if (!ladder) return [fault(`I2: the runbook has no ladder for ${run.severity}, the severity of #${number}`)];
  const until = run.end?.at ?? records.at - takenWithinMs;
  const taken = Math.max(-1, ...run.rows.filter(({ kind }) => kind === 'ladder').map(({ body }) => Number(body.step)));
  const missing: Fault[] = [];
  for (let n = taken + 1; run.startedAt + stepOf(ladder, n).at < until; n += 1) {
    const due = run.startedAt + stepOf(ladder, n).at;
    const duty = records.database.duties.find((one) => one.incident === id && one.key === `page:${run.n}.${n}`);
    const overtaken = run.end && duty?.state === 'cancelled' && until - due <= overtakenWithinMs;
    if (!overtaken)
      missing.push(
        fault(
          `I2: step ${n} of ladder ${run.n} of #${number} was due after ${minutes(due - run.startedAt)} and was never taken`,
        ),
      );
  }
  return missing;
}

function notPaged(records: Records, { number }: IncidentRow, born: Born): Fault[] {
  if (records.pager.transcript.some((entry) => entry.alias === born.key && isCall(entry))) return [];
  const rows = timelineOf(records, born.row.incident);
  if (rows.some(({ kind, body }) => kind === 'page-unconfirmed' && body.page === born.key)) return [];
  const end = endingAfter(records, born);
  if (end && end.at - born.row.at <= explainedWithinMs) return [];
  return [fault(`I2: ${born.levels.join(' and ')} of #${number} never got page ${born.key}, and nothing says why`)];
}

export const quietAfterwards: Check = (records) =>
  records.database.incidents.flatMap((incident) => [
    ...stepsAfterTheEnd(records, incident),
    ...[...pagesBorn(records, incident), ...pagesOfJournal(records, incident)].flatMap((born) =>
      pagedLate(records, incident, born),
    ),
  ]);

function stepsAfterTheEnd(records: Records, incident: IncidentRow): Fault[] {
  return runsOf(records, incident).flatMap(({ n, end, rows }) =>
    rows
      .filter(({ kind, seq }) => kind === 'ladder' && end !== undefined && seq > end.seq)
      .map(({ body }) =>
        fault(`I3: ladder ${n} of #${incident.number} took step ${body.step} after it was ${end?.kind}`),
      ),
  );
}

/** What the journal paged has no entry of its own: the declaration asked for it. */
function pagesOfJournal(records: Records, incident: IncidentRow): Born[] {
  const [declared] = timelineOf(records, incident.id);
  if (!declared || !journalled(records).has(incident.id)) return [];
  const known = new Set(pagesBorn(records, incident).map(({ key }) => key));
  const keys = new Set(records.pager.transcript.map(({ alias }) => alias));
  return [...keys]
    .filter((key) => key.startsWith(`${incident.id}:`) && !known.has(key))
    .map((key) => ({ key, row: declared, levels: [] }));
}

function pagedLate(records: Records, { number }: IncidentRow, born: Born): Fault[] {
  const end = endingAfter(records, born);
  if (!end) return [];
  return records.pager.transcript
    .filter((entry) => entry.alias === born.key && isCall(entry) && entry.at > end.at + inFlightMs)
    .map(({ at }) =>
      fault(
        `I3: page ${born.key} of #${number} reached the pager ${Math.round((at - end.at) / 1_000)} s after it was ${end.kind}`,
        'late-page',
      ),
    );
}

export const oneKeyPerStep: Check = (records) => {
  const { transcript, alerts } = records.pager;
  const entries = records.database.incidents.flatMap((incident) => pagesBorn(records, incident));
  return [
    ...repeated(entries, ({ key }) => key).map(({ key }) =>
      fault(`I5: two entries of the timeline asked for page ${key}`),
    ),
    ...repeated(
      transcript.filter(({ kind }) => kind === 'page'),
      ({ alias }) => alias,
    ).map(({ key, times }) => fault(`I5: ${times} alerts were opened under the key ${key}`)),
    ...repeated(alerts, ({ alias }) => alias).map(({ key, times }) =>
      fault(`I5: the pager has ${times} alerts with the key ${key}`),
    ),
  ].filter(({ text }, n, all) => all.findIndex((other) => other.text === text) === n);
};
