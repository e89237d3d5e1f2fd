/** What the cluster said in the namespace, and of nodes: each one list, the newest first. */
import { z } from 'zod';
import { checks } from '../diagnosis/checks.ts';
import { type Cluster, kinds } from '../diagnosis/cluster.ts';
import type { Probe } from '../diagnosis/diagnosis.ts';
import type { Event, Events } from '../diagnosis/event.ts';
import { clusterOf, cutOff, listedOnce, maybe, namespaceOf, time } from './kubernetes.ts';
import { reader } from './reader.ts';

const Series = z.object({ count: maybe(z.number()), lastObservedTime: maybe(time) });

const Row = z.object({
  metadata: z.object({ creationTimestamp: maybe(time) }),
  involvedObject: z.object({ kind: z.string().default(''), name: z.string().default(''), uid: maybe(z.string()) }),
  type: z.string().default('Normal'),
  reason: z.string().default(''),
  message: z
    .string()
    .nullish()
    .transform((message) => message ?? ''),
  count: maybe(z.number()),
  firstTimestamp: maybe(time),
  lastTimestamp: maybe(time),
  eventTime: maybe(time),
  series: maybe(Series),
});
type Row = z.infer<typeof Row>;
const readRow = reader(Row);

export function eventOf(item: unknown): Event {
  const row = readRow(item);
  const { kind, name, uid } = row.involvedObject;
  const { type, reason, message } = row;
  return { kind, name, uid, type, reason, message, count: row.series?.count ?? row.count ?? 1, ...timesOf(row) };
}

/** Old and new reporters fill in different times; the newest of them is when it was last seen. */
function timesOf({ metadata, firstTimestamp, lastTimestamp, eventTime, series }: Row): Pick<Event, 'first' | 'last'> {
  const made = metadata.creationTimestamp ?? 0;
  const seen = [series?.lastObservedTime, lastTimestamp, eventTime].filter((at) => at !== undefined);
  return { first: firstTimestamp ?? eventTime ?? made, last: seen.length > 0 ? Math.max(...seen) : made };
}

const listEvents = listedOnce(kinds.events, eventOf);

async function eventsIn(cluster: Cluster, namespace: string): Promise<Events> {
  const { rows, isCut } = await listEvents(cluster, namespace);
  return { namespace, all: rows.toSorted((a, b) => b.last - a.last), gaps: cutOff('events', isCut, rows.length) };
}

export const events: Probe<Events> = {
  name: checks.events,
  timeoutMs: 8_000,
  look: async (surroundings) => eventsIn(clusterOf(surroundings), namespaceOf(surroundings.issueType)),
  gaps: ({ gaps }) => gaps,
  repeat: (issueType) => `kubectl get events -n ${namespaceOf(issueType)} --sort-by=.lastTimestamp`,
  rights: [{ kind: kinds.events, verbs: ['list'] }],
};

/** What has no namespace has its events here. */
const ofNodes = 'default';

/** Who ran out of memory as a whole and killed whom, a kubelet says of its node alone. */
export const nodeEvents: Probe<Events> = {
  name: checks.nodeEvents,
  timeoutMs: 8_000,
  async look(surroundings) {
    const seen = await eventsIn(clusterOf(surroundings), ofNodes);
    return { ...seen, all: seen.all.filter(({ kind }) => kind === 'Node') };
  },
  gaps: ({ gaps }) => gaps,
  repeat: () => `kubectl get events -n ${ofNodes} --field-selector involvedObject.kind=Node --sort-by=.lastTimestamp`,
  rights: [{ kind: kinds.events, verbs: ['list'], namespace: ofNodes }],
};
