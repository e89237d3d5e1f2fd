/** The incident as it is kept: one JSON body. Read back through a schema; keys of a newer release are kept as they are. */
import { z } from 'zod';
import type { Incident } from '../incident/incident.ts';
import { levels, severities } from '../incident/policy.ts';

const Person = z.union([z.looseObject({ slack: z.string() }), z.looseObject({ pager: z.string(), name: z.string() })]);
const Actor = z.union([Person, z.literal('responder')]);
const Instant = z.number();
const Level = z.enum(levels);
const optional = z.exactOptional;

const Page = z.looseObject({
  key: z.string(),
  levels: z.array(Level),
  at: Instant,
  state: z.enum(['requested', 'accepted', 'confirmed', 'failed', 'acknowledged', 'closed']),
  request: optional(z.string()),
  why: optional(z.string()),
  rerouted: z.boolean(),
});

const Home = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('none') }),
  z.looseObject({ kind: z.literal('channel'), channel: z.string(), name: z.string(), card: optional(z.string()) }),
  z.looseObject({ kind: z.literal('thread'), channel: z.string(), ts: z.string(), card: optional(z.string()) }),
]);

const Done = z.looseObject({ by: Person, at: Instant, how: z.enum(['done', 'waived']), reason: optional(z.string()) });
const Progress = z.looseObject({
  run: z.string(),
  fired: z.number(),
  snoozedUntil: optional(Instant),
  earlier: optional(z.record(z.string(), z.number())),
});
const Touched = z.looseObject({ by: Actor, at: Instant, version: z.number() });

const State = z.looseObject({
  id: z.string(),
  number: z.number(),
  version: z.number(),
  decidedUnder: optional(z.array(z.string())),
  severity: z.enum(severities),
  severitySetAt: Instant,
  title: z.string(),
  issueType: optional(z.string()),
  phase: z.enum(['open', 'mitigated', 'resolved', 'closed', 'cancelled']),
  declaredBy: Person,
  declaredAt: Instant,
  recordedAt: optional(Instant),
  ladder: z.looseObject({ run: z.number(), startedAt: Instant, next: z.number(), reached: optional(Level) }),
  acknowledged: optional(z.looseObject({ by: Person, at: Instant, via: z.enum(['slack', 'pager']) })),
  acknowledgements: z.number(),
  lead: optional(Person),
  roles: z.record(z.string(), Person),
  update: z.looseObject({ count: z.number(), at: Instant, text: optional(z.string()), by: optional(Person) }),
  mitigatedAt: optional(Instant),
  reopenedAt: optional(Instant),
  resolved: z.looseObject({
    run: z.number(),
    at: optional(Instant),
    by: optional(Person),
    summary: optional(z.string()),
  }),
  endedAt: optional(Instant),
  escalations: z.number(),
  pages: z.array(Page),
  home: Home,
  channelLate: z.boolean(),
  channelImpossible: optional(z.boolean()),
  announcement: optional(z.looseObject({ channel: z.string(), ts: z.string() })),
  channelLost: optional(z.looseObject({ times: z.number(), at: Instant })),
  progress: z.partialRecord(z.string(), Progress),
  done: z.partialRecord(z.string(), Done),
  touched: z.partialRecord(z.string(), Touched),
});

/** What the schema promises; a test holds it against `Incident`, so that neither can move alone. */
export type IncidentRow = z.infer<typeof State>;

/** As much of an incident as tells whether another one is the same. */
export const Running = z.object({
  id: z.string(),
  number: z.number(),
  severity: z.enum(severities),
  title: z.string(),
  home: Home,
  declaredAt: z.coerce.number(),
});

export type Running = z.infer<typeof Running>;

export const parseIncident = (state: unknown): Incident => State.parse(state);

/** Nothing where a list is not to fail by one that only a newer release can read. */
export const readable = (state: unknown): Incident | undefined => State.safeParse(state).data;
