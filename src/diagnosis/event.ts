/** What the cluster said about an object. Kept for an hour by most clusters: silence proves nothing about yesterday. */
import type { Instant } from '../incident/incident.ts';

export interface Event {
  /** of the object: Pod, ReplicaSet, Node */
  kind: string;
  name: string;
  uid?: string | undefined;
  type: string;
  reason: string;
  message: string;
  count: number;
  first: Instant;
  /** the newest of all times it carries */
  last: Instant;
}

export interface Events {
  namespace: string;
  /** the newest first */
  all: Event[];
  gaps: string[];
}

/** Of this very object: one that came again under its name has another uid. */
export const eventsOf = (events: Event[], { name, uid }: { name: string; uid: string }): Event[] =>
  events.filter((event) => event.name === name && (event.uid === undefined || event.uid === uid));
