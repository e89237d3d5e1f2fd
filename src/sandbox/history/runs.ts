/** The runs of an incident's ladder, played again from its timeline: when each began, and what ended it. */
import type { Records } from './records.ts';
import type { IncidentRow, TimelineRow } from './rows.ts';

export interface Run {
  n: number;
  severity: string;
  startedAt: number;
  rows: TimelineRow[];
  /** the entry that ended it; absent while it goes on */
  end?: TimelineRow;
}

const severities = ['p1', 'p2', 'p3'];
const isRaise = ({ body: { from, to } }: TimelineRow): boolean =>
  severities.indexOf(String(to)) < severities.indexOf(String(from));

/** Rows of one incident, in order. */
export const timelineOf = ({ database }: Records, id: string): TimelineRow[] =>
  database.timeline.filter(({ incident }) => incident === id).toSorted((a, b) => a.seq - b.seq);

interface Played {
  runs: Run[];
  acknowledged: boolean;
  severity: string;
}

/** Acknowledge, resolve and cancel end a run; unack, another severity and a reopen may begin one. */
export function runsOf(records: Records, { id, severity, state }: IncidentRow): Run[] {
  const played: Played = { runs: [], acknowledged: false, severity };
  for (const row of timelineOf(records, id)) play(played, row, row.kind === 'declared' ? state.declaredAt : row.at);
  return played.runs;
}

function play(played: Played, row: TimelineRow, at: number): void {
  played.runs.at(-1)?.rows.push(row);
  switch (row.kind) {
    case 'declared':
      played.severity = String(row.body['severity']);
      return begin(played, row, at);
    case 'acknowledged':
      played.acknowledged = true;
      return end(played, row);
    case 'resolved':
    case 'cancelled':
      return end(played, row);
    case 'unacknowledged':
      played.acknowledged = false;
      return begin(played, row, at);
    case 'severity':
      played.severity = String(row.body['to']);
      if (isRaise(row)) played.acknowledged = false;
      return played.acknowledged ? undefined : begin(played, row, at);
    case 'reopened':
      return played.acknowledged ? undefined : begin(played, row, at);
    default:
      return undefined;
  }
}

function begin(played: Played, row: TimelineRow, startedAt: number): void {
  end(played, row);
  const { runs, severity } = played;
  runs.push({ n: runs.length + 1, severity, startedAt, rows: [] });
}

function end({ runs }: Played, row: TimelineRow): void {
  const last = runs.at(-1);
  if (last && !last.end) last.end = row;
}

/** Somebody was to be paged: by a step of the ladder, or because a person escalated. */
export interface Born {
  key: string;
  row: TimelineRow;
  levels: string[];
  /** a step of the ladder is due at a time of its own */
  run?: Run;
}

/** Every page that the timeline says was asked for, with the key it has at the pager. */
export function pagesBorn(records: Records, incident: IncidentRow): Born[] {
  const steps = runsOf(records, incident).flatMap((run) =>
    run.rows
      .filter(({ kind }) => kind === 'ladder')
      .map((row) => ({
        key: `${incident.id}:${run.n}.${row.body.step}`,
        row,
        run,
        levels: wordsOf(row.body.page),
      })),
  );
  const escalated = timelineOf(records, incident.id)
    .filter(({ kind }) => kind === 'escalated')
    .map((row, n) => ({ key: `${incident.id}:e${n + 1}`, row, levels: wordsOf(row.body['to']) }));
  return [...steps, ...escalated].filter(({ levels }) => levels.length > 0);
}

const wordsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
