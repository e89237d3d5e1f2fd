/** Executions of the workflow engine in their table: how many run too long, since when, of which workflows. */
import { z } from 'zod';
import type { Probe, Seen, Surroundings } from '../diagnosis/diagnosis.ts';
import { seenOf } from '../diagnosis/seen.ts';
import { limitOf } from '../diagnosis/thresholds.ts';
import type { IssueType } from '../incident/policy.ts';
import { askOne, literal, quoted } from './database.ts';

const Counted = z.object({
  running: z.number(),
  stuck: z.number(),
  /** at most ten, the most stuck first */
  byWorkflow: z.array(z.object({ workflow: z.string(), stuck: z.number() })),
});
const Oldest = z.object({
  sample: z.array(z.object({ id: z.string(), workflow: z.string(), runningMs: z.number() })),
});
const Progress = z.object({ finished: z.number() });
const Statuses = z.object({ statuses: z.array(z.string()) });

export interface Executions extends z.infer<typeof Counted> {
  /** the five that are stuck for longest, a moment before or after they were counted */
  oldest: Seen<z.infer<typeof Oldest>['sample']>;
  /** how many finished within `stalledAfter`; absent: the runbook names no column that would tell */
  finished?: Seen<number>;
  /** of the newest, where none has the status of one that runs: it may have another word there */
  statuses?: string[];
}

/** Workflows that are meant to run long, by the runbook, and the limit that they have instead. */
const longRunning = ({ targets }: IssueType): string[] =>
  (targets['longRunning'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

export const runningStatus = ({ targets }: IssueType): string => targets['running'] ?? 'running';

const names = (issueType: IssueType) => ({
  table: quoted(issueType, 'table', 'table'),
  id: quoted(issueType, 'id'),
  workflow: quoted(issueType, 'workflow'),
  status: quoted(issueType, 'status'),
  startedAt: quoted(issueType, 'startedAt'),
});

/** How many of the newest are asked for their status. */
const mostRecent = 100;

export const executions: Probe<Executions> = {
  name: 'executions',
  timeoutMs: 4_000,
  targets: ['table', 'id', 'workflow', 'status', 'running', 'startedAt', 'finishedAt', 'longRunning'],
  async look(surroundings) {
    // side by side: each reads all that is running
    const [counted, oldest, finished] = await Promise.all([
      countStuck(surroundings),
      seenOf(oldestOf(surroundings)),
      surroundings.issueType.targets['finishedAt'] === undefined ? undefined : seenOf(countFinished(surroundings)),
    ]);
    const statuses = counted.running === 0 ? await seenOf(statusesOf(surroundings)) : undefined;
    return {
      ...counted,
      oldest,
      ...(finished === undefined ? {} : { finished }),
      ...(statuses?.ok ? { statuses: statuses.data } : {}),
    };
  },
  gaps: ({ stuck, oldest, finished }) => [
    ...(stuck === 0 || oldest.ok ? [] : [`which executions are stuck for longest was not seen: ${oldest.why}`]),
    ...(finished === undefined || finished.ok ? [] : [`whether executions still finish was not seen: ${finished.why}`]),
  ],
  repeat(issueType) {
    const { table, status, startedAt } = names(issueType);
    return [
      `select * from ${table}`,
      `where ${status} = ${literal(runningStatus(issueType))}`,
      `and ${startedAt} < now() - ${longestOf(issueType)}`,
      `order by ${startedAt} limit 20`,
    ].join(' ');
  },
};

function longestOf(issueType: IssueType): string {
  const usual = `interval '${interval(limitOf(issueType, 'stuckAfter'))}'`;
  const long = longRunning(issueType).map(literal);
  if (long.length === 0) return usual;
  const { workflow } = names(issueType);
  return `case when ${workflow}::text in (${long.join(', ')}) then interval '${interval(limitOf(issueType, 'longRunningAfter'))}' else ${usual} end`;
}

/** Of a running row, with $2, and where some workflows are meant to run long with $3 and $4. Each limit is worked out once. */
function isStuck(issueType: IssueType): string {
  const { workflow, startedAt } = names(issueType);
  const before = (ms: string): string => `${startedAt} < (select now() - ${ms}::double precision * interval '1 ms')`;
  if (longRunning(issueType).length === 0) return before('$2');
  return `${before('$2')} and (not coalesce(${workflow}::text = any($3::text[]), false) or ${before('$4')})`;
}

function valuesOf(issueType: IssueType): unknown[] {
  const long = longRunning(issueType);
  return [
    runningStatus(issueType),
    limitOf(issueType, 'stuckAfter'),
    ...(long.length === 0 ? [] : [long, limitOf(issueType, 'longRunningAfter')]),
  ];
}

/**
 * Counted in the database: a hundred thousand stuck rows come back as one row, names cut. The status is compared as the
 * column's own type, so that an index on it serves; names are cut last, so that two long ones alike in front stay two.
 */
function countStuck(surroundings: Surroundings): Promise<z.infer<typeof Counted>> {
  const { issueType } = surroundings;
  const { table, workflow, status } = names(issueType);
  return askOne(surroundings, {
    row: Counted,
    values: valuesOf(issueType),
    sql: `with grouped as materialized (
       select coalesce(${workflow}::text, '(none)') as workflow,
              count(*) as running,
              count(*) filter (where ${isStuck(issueType)}) as stuck
         from ${table}
        where ${status} = $1
        group by ${workflow}
     )
     select (select coalesce(sum(running), 0)::int from grouped) as running,
            (select coalesce(sum(stuck), 0)::int from grouped) as stuck,
            (select coalesce(json_agg(w), '[]')
               from (select left(workflow, 80) as workflow, stuck::int as stuck
                       from grouped
                      where stuck > 0
                      order by grouped.stuck desc, grouped.workflow
                      limit 10) w) as "byWorkflow"`,
  });
}

/** Only what is shown is made into text: that is a quarter of the time. */
async function oldestOf(surroundings: Surroundings): Promise<z.infer<typeof Oldest>['sample']> {
  const { issueType } = surroundings;
  const { table, id, workflow, status, startedAt } = names(issueType);
  const { sample } = await askOne(surroundings, {
    row: Oldest,
    values: valuesOf(issueType),
    sql: `select coalesce(json_agg(s order by s."runningMs" desc, s.id), '[]') as sample
       from (select left(${id}::text, 80) as id,
                    left(coalesce(${workflow}::text, '(none)'), 80) as workflow,
                    (extract(epoch from now() - ${startedAt}) * 1000)::double precision as "runningMs"
               from (select ${id}, ${workflow}, ${startedAt}
                       from ${table}
                      where ${status} = $1
                        and ${isStuck(issueType)}
                      order by ${startedAt}, ${id}
                      limit 5) few) s`,
  });
  return sample;
}

async function statusesOf(surroundings: Surroundings): Promise<string[]> {
  const { table, status, startedAt } = names(surroundings.issueType);
  const { statuses } = await askOne(surroundings, {
    row: Statuses,
    values: [],
    sql: `select coalesce(json_agg(distinct left(${status}::text, 40)), '[]') as statuses
       from (select ${status} from ${table} where ${status} is not null order by ${startedAt} desc limit ${mostRecent}) few`,
  });
  return statuses;
}

/** Without an index on its column it may take too long. */
async function countFinished(surroundings: Surroundings): Promise<number> {
  const { issueType } = surroundings;
  const { finished } = await askOne(surroundings, {
    row: Progress,
    values: [limitOf(issueType, 'stalledAfter')],
    sql: `select count(*)::int as finished
       from ${quoted(issueType, 'table', 'table')}
      where ${quoted(issueType, 'finishedAt')} > now() - $1::double precision * interval '1 ms'`,
  });
  return finished;
}

const units: [number, string][] = [
  [3_600_000, 'hour'],
  [60_000, 'minute'],
];

/** As the runbook writes it, "1 hour", and always exact. */
function interval(ms: number): string {
  const [size, unit] = units.find(([size]) => ms >= size && ms % size === 0) ?? [1_000, 'second'];
  const n = ms / size;
  return `${n} ${unit}${n === 1 ? '' : 's'}`;
}
