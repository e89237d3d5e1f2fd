/** The shape of runbook.yaml. Everything an editor or a person can get wrong about it is said here. */
import { z } from 'zod';
import { levels, reminderKinds, severities } from '../incident/policy.ts';
import { Duration } from './duration.ts';

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
  resolution: Duration,
  escalation: Text,
});

const Asked = { page: z.array(Level).default([]), mention: z.array(Level).default([]) };
const Step = z.strictObject({ at: Duration, ...Asked, breach: z.boolean().default(false) });

const Ladder = z.strictObject({
  steps: z
    .array(Step)
    .min(1)
    .refine(
      (steps) => steps.every((step, n) => n === 0 || step.at > (steps[n - 1]?.at ?? 0)),
      'steps must stand in the order of their times, each time once',
    ),
  repeat: z.strictObject({ every: Duration.refine((ms) => ms >= 60_000, 'must be a minute or more'), ...Asked }),
});

const Schedule = z.strictObject({
  at: z.array(Duration).default([]),
  every: z.exactOptional(Duration.refine((ms) => ms >= 60_000, 'must be a minute or more')),
});
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

/** A number as it is, a duration in milliseconds. */
const Threshold = z.union([z.number(), Duration]);

/** What each number is, by its name. */
export type KnownThresholds = Record<string, { what: string }>;

function thresholdsOf(known: KnownThresholds) {
  const named = Object.entries(known).map(
    ([name, { what }]) => [name, z.exactOptional(Threshold.describe(what))] as const,
  );
  return z.strictObject(Object.fromEntries(named));
}

const issueType = (known: KnownThresholds | undefined) =>
  z.strictObject({
    id: Name,
    title: Text,
    symptoms: z.array(Text).min(1),
    words: z.array(Text.toLowerCase()).default([]),
    look: z.array(Text).default([]),
    steps: z.array(Text).min(1),
    paragraph: Text,
    thresholds: (known ? thresholdsOf(known) : z.record(z.string(), Threshold)).default({}),
    targets: z.record(z.string(), Text).default({}),
  });

const unique = (field: 'id') => (rows: { id: string }[]) => new Set(rows.map((row) => row[field])).size === rows.length;

const perSeverity = <T extends z.ZodType>(schema: T) => z.strictObject({ p1: schema, p2: schema, p3: schema });

/** `known`: the numbers that may be set for an issue type; left out, any may. */
export const runbookFile = (known?: KnownThresholds) =>
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
      'confirm-within': Duration.default(30_000),
      'channel-within': Duration.default(60_000),
      'same-incident-within': Duration.default(600_000),
    })
    .superRefine((file, context) => {
      for (const level of pagedLevels(file)) {
        if (file.levels[level].pager.length > 0 || file.fallback.slack.length > 0) continue;
        context.addIssue({
          code: 'custom',
          path: ['levels', level],
          message: `is paged by the ladder, but has no pager target, and fallback names nobody: such a page would reach no one`,
        });
      }
    });

export type RunbookFile = z.infer<ReturnType<typeof runbookFile>>;

function pagedLevels({ ladder }: { ladder: RunbookFile['ladder'] }) {
  const steps = Object.values(ladder).flatMap((one) => [...one.steps, one.repeat]);
  return new Set(steps.flatMap(({ page }) => page));
}
