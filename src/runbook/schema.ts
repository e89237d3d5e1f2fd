/** The shape of runbook.yaml. Everything an editor or a person can get wrong about it is said here. */
import { z } from 'zod';
import { levels, reminderKinds, severities } from '../incident/policy.ts';
import { Duration, PositiveDuration, writeDuration } from './duration.ts';
import { type Known, thresholdsOf } from './known.ts';

const Text = z.string().trim().min(1, 'must not be empty');
const Name = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower case words joined by hyphens')
  .max(80, 'is longer than 80 characters');
const SlackId = z
  .string()
  .regex(/^[UWS][A-Z0-9]{2,}$/, 'is not a Slack id: users start with U or W, user groups with S');
const Level = z.enum(levels);

const Severity = z.strictObject({
  title: Text,
  criteria: z.array(Text).min(1),
  response: Duration,
  resolution: PositiveDuration,
  escalation: Text,
});

const Asked = { page: z.array(Level).default([]), mention: z.array(Level).default([]) };
type Asked = { page: unknown[]; mention: unknown[] };

const asksSomebody = ({ page, mention }: Asked): boolean => page.length + mention.length > 0;
const nobody = 'asks nobody: it must page or mention somebody';
const Step = z
  .strictObject({ at: Duration, ...Asked, breach: z.boolean().default(false) })
  .refine(asksSomebody, nobody);

const isRising = (times: number[]): boolean => times.every((at, n) => n === 0 || at > (times[n - 1] ?? 0));

const Every = Duration.refine((ms) => ms >= 60_000, 'must be a minute or more');

const Ladder = z.strictObject({
  steps: z
    .array(Step)
    .min(1)
    .refine(
      (steps) => isRising(steps.map(({ at }) => at)),
      'steps must stand in the order of their times, each time once',
    ),
  repeat: z.strictObject({ every: Every, ...Asked }).refine(asksSomebody, nobody),
});

const Schedule = z
  .strictObject({
    at: z.array(Duration).refine(isRising, 'must stand in order, each time once').default([]),
    every: z.exactOptional(Every),
  })
  .refine(({ at, every }) => at.length > 0 || every !== undefined, 'names no time: give at or every, or leave it out');
const Reminder = z.partialRecord(z.enum(severities), Schedule);

const PagerTarget = z.strictObject({ type: z.enum(['team', 'schedule', 'escalation', 'user']), name: Text });

const LevelPolicy = z.strictObject({
  title: Text,
  pager: z.array(PagerTarget).default([]),
  schedule: z.exactOptional(Text),
  slack: z.array(SlackId).default([]),
});

const Webhook = z
  .url('is not a URL')
  .refine((url) => url.startsWith('https://') || /^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(url), 'must be https');

/** As much of an issue type as tells which targets it may have. */
const Placed = z.object({ id: z.string(), targets: z.record(z.string(), z.unknown()) });

const issueType = (known: Known | undefined) =>
  z
    .strictObject({
      id: Name,
      title: Text,
      symptoms: z.array(Text).min(1),
      words: z.array(Text.toLowerCase()).default([]),
      look: z.array(Text).default([]),
      steps: z.array(Text).min(1),
      paragraph: Text,
      thresholds: thresholdsOf(known).default({}),
      targets: z.record(z.string(), Text).default({}),
    })
    .superRefine(
      ({ id, targets }, context) => {
        const read = known?.targets.get(id);
        const keys = read ? Object.keys(targets).filter((name) => !read.includes(name)) : [];
        if (keys.length > 0) context.addIssue({ code: 'unrecognized_keys', path: ['targets'], keys, known: read });
      },
      // beside the other faults of the type, as for every other key
      { when: ({ value }) => Placed.safeParse(value).success },
    );

const unique = (field: 'id') => (rows: { id: string }[]) => new Set(rows.map((row) => row[field])).size === rows.length;

const perSeverity = <T extends z.ZodType>(schema: T) => z.strictObject({ p1: schema, p2: schema, p3: schema });

/** `known`: what may be set for an issue type; left out, anything may. */
export const runbookFile = (known?: Known) =>
  z
    .strictObject({
      title: Text,
      severities: perSeverity(Severity),
      ladder: perSeverity(Ladder),
      /** a reminder that is left out keeps its default times */
      reminders: z.partialRecord(z.enum(reminderKinds), Reminder).default({}),
      levels: z.strictObject({ 'on-call': LevelPolicy, 'second-level': LevelPolicy, 'team-lead': LevelPolicy }),
      fallback: z.strictObject({ slack: z.array(SlackId).default([]), webhook: z.exactOptional(Webhook) }),
      rights: z.partialRecord(z.enum(['declare', 'respond', 'close']), z.array(SlackId).min(1)).default({}),
      roles: z.array(z.strictObject({ id: Name, title: Text })).refine(unique('id'), 'two roles have the same id'),
      'issue-types': z.array(issueType(known)).refine(unique('id'), 'two issue types have the same id'),
      'confirm-within': PositiveDuration.default(30_000),
      'channel-within': PositiveDuration.default(60_000),
      /** nought: nothing is taken for the same */
      'same-incident-within': Duration.default(600_000),
    })
    .superRefine((file, context) => {
      for (const { path, message } of [...unreachable(file), ...pagedLate(file)])
        context.addIssue({ code: 'custom', path, message });
    });

export type RunbookFile = z.infer<ReturnType<typeof runbookFile>>;

interface Fault {
  path: string[];
  message: string;
}

function unreachable({ ladder, levels, fallback }: Pick<RunbookFile, 'ladder' | 'levels' | 'fallback'>): Fault[] {
  const steps = Object.values(ladder).flatMap((one) => [...one.steps, one.repeat]);
  const paged = [...new Set(steps.flatMap(({ page }) => page))];
  if (fallback.slack.length > 0) return [];
  const message =
    'is paged by the ladder, but has no pager target, and fallback names nobody: such a page would reach no one';
  return paged
    .filter((level) => levels[level].pager.length === 0)
    .map((level) => ({ path: ['levels', level], message }));
}

/** A severity that only mentions does so by choice; one that pages must not do so when the response is long overdue. */
function pagedLate({ ladder, severities: policies }: Pick<RunbookFile, 'ladder' | 'severities'>): Fault[] {
  return severities.flatMap((severity) => {
    const first = firstPageAt(ladder[severity]);
    const { response } = policies[severity];
    if (first === undefined || first <= response) return [];
    const message = `the first page is at ${writeDuration(first)}, later than the response that is due within ${writeDuration(response)}`;
    return [{ path: ['ladder', severity, 'steps'], message }];
  });
}

function firstPageAt({ steps, repeat }: z.infer<typeof Ladder>): number | undefined {
  const step = steps.find(({ page }) => page.length > 0);
  if (step || repeat.page.length === 0) return step?.at;
  return (steps.at(-1)?.at ?? 0) + repeat.every;
}
