/** The local pager's state and what may be done to it, by API or by a person: alias rules, transcript, outgoing webhook. */
import { randomUUID } from 'node:crypto';
import { type Alert, type Entry, nameOf, type Requested, type Rota } from './alerts.ts';

export interface Desk extends Rota {
  alertKey: string;
  readKey: string;
  webhook: { url: string; secret: string } | undefined;
  now: () => number;
  delayMs: number;
  alerts: Alert[];
  requests: Map<string, Requested>;
  transcript: Entry[];
  /** requests taken that have not taken effect yet */
  pending: number;
}

export type Via = Entry['via'];
type Told = Partial<Pick<Entry, 'text' | 'by' | 'via'>>;

export function write(
  desk: Desk,
  kind: Entry['kind'],
  { alert, ...told }: Told & { alert: Pick<Alert, 'alias' | 'responders'> },
): void {
  const responders = alert.responders.map(nameOf);
  desk.transcript.push({
    at: desk.now(),
    order: performance.now(),
    kind,
    alias: alert.alias,
    responders,
    text: '',
    by: '',
    via: 'api',
    ...told,
  });
}

/** By alias the open alert is meant, else the latest closed one. */
export function find({ alerts }: Desk, identifier: string, type: string | null): Alert | undefined {
  if (type !== 'alias') return alerts.find(({ id, tinyId }) => identifier === (type === 'tiny' ? tinyId : id));
  const same = alerts.filter(({ alias }) => alias === identifier);
  return same.find(({ status }) => status === 'open') ?? same.at(-1);
}

/** Taken now, done a little later: what became of it is asked for by the id. */
export function accept(desk: Desk, action: string, work: () => Partial<Requested>): string {
  const id = randomUUID();
  desk.pending += 1;
  const timer = setTimeout(() => {
    desk.pending -= 1;
    desk.requests.set(id, { done: true, isSuccess: true, status: 'Done', action, alertId: '', alias: '', ...work() });
  }, desk.delayMs);
  timer.unref();
  return id;
}

const changes: Record<string, { kind: Entry['kind']; apply: (alert: Alert, by: string, note: string) => void }> = {
  close: { kind: 'close', apply: (alert) => Object.assign(alert, { status: 'closed' }) },
  acknowledge: {
    kind: 'acknowledge',
    apply: (alert, by) => Object.assign(alert, { acknowledged: true, acknowledgedBy: by }),
  },
  unacknowledge: { kind: 'unacknowledge', apply: (alert) => Object.assign(alert, { acknowledged: false }) },
  notes: { kind: 'note', apply: (alert, _, note) => alert.notes.push(note) },
};

export interface Act {
  action: string;
  by: string;
  note?: string | undefined;
  via: Via;
}

/** A closed alert takes nothing any more. */
export function change(desk: Desk, alert: Alert, { action, by, note = '', via }: Act): boolean {
  const known = changes[action];
  if (!known || alert.status === 'closed') return false;
  known.apply(alert, by, note);
  alert.updatedAt = desk.now();
  write(desk, known.kind, { alert, by, via, text: note });
  return true;
}

/** Somebody presses a button on a phone; the vendor's webhook tells of it. Answers what the bot answered. */
export function byPerson(
  desk: Desk,
  alias: string,
  act: { action: 'Acknowledge' | 'Close'; by: string },
): Promise<number> {
  const alert = find(desk, alias, 'alias');
  if (!alert) throw new Error(`there is no alert ${alias}`);
  change(desk, alert, { action: act.action.toLowerCase(), by: act.by, via: 'person' });
  return tell(desk, alert, act);
}

async function tell(
  { webhook }: Desk,
  { id, message, alias, tinyId, createdAt, updatedAt }: Alert,
  { action, by }: { action: string; by: string },
): Promise<number> {
  if (!webhook) return 0;
  // the vendor's own samples count one of the times in milliseconds and the other in nanoseconds
  const alert = {
    alertId: id,
    message,
    alias,
    tinyId,
    username: by,
    userId: 'local',
    createdAt,
    updatedAt: updatedAt * 1_000_000,
  };
  const body = {
    action,
    alert,
    source: { name: 'web', type: 'web' },
    integrationName: 'Responder',
    integrationId: 'local',
  };
  const headers = { 'content-type': 'application/json', 'x-responder-secret': webhook.secret };
  const { status } = await fetch(webhook.url, { method: 'POST', headers, body: JSON.stringify(body) });
  return status;
}
