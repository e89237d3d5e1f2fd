/** A local Opsgenie on loopback: asynchronous, with its alias rules, its two kinds of key and its outgoing webhook. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Faults, makeFaults, strike } from '../faults.ts';
import { json, startServer, until } from '../http.ts';
import {
  ActionBody,
  type Alert,
  CreateBody,
  type Entry,
  nameOf,
  newAlert,
  type Requested,
  type Rota,
  unknownResponder,
} from './alerts.ts';

export interface PagerSettings extends Rota {
  /** may act on alerts */
  alertKey: string;
  /** may only read schedules and alerts */
  readKey: string;
  webhook?: { url: string; secret: string };
  now?: () => number;
  /** how long until an accepted request has taken effect */
  delayMs?: number;
}

export interface LocalPager {
  url: string;
  transcript: Entry[];
  faults: Faults;
  alerts(): Alert[];
  /** somebody with a telephone */
  person(email: string): { acknowledge(alias: string): Promise<number>; close(alias: string): Promise<number> };
  until<T>(what: string, look: (transcript: Entry[]) => T | undefined, withinMs?: number): Promise<T>;
  stop(): Promise<void>;
}

export async function startPager(settings: PagerSettings): Promise<LocalPager> {
  const pager = makePager(settings);
  const server = await startServer((request, response, body) => pager.answer(request, response, body.toString('utf8')));
  return {
    url: server.url,
    transcript: pager.transcript,
    faults: pager.faults,
    alerts: () => pager.alerts,
    person: (email) => ({
      acknowledge: (alias) => pager.byPerson(email, alias, 'Acknowledge'),
      close: (alias) => pager.byPerson(email, alias, 'Close'),
    }),
    until: (what, look, withinMs) => until(what, () => look(pager.transcript), withinMs),
    stop: server.stop,
  };
}

interface Call {
  method: string;
  path: string[];
  query: URLSearchParams;
  body: string;
  response: ServerResponse;
}

function makePager(settings: PagerSettings) {
  const { now = Date.now, delayMs = 20, alertKey, readKey } = settings;
  const alerts: Alert[] = [];
  const requests = new Map<string, Requested>();
  const transcript: Entry[] = [];
  const faults = makeFaults();

  const find = (identifier: string, type: string | null): Alert | undefined =>
    type === 'alias'
      ? (alerts.findLast(({ alias, status }) => alias === identifier && status === 'open') ??
        alerts.findLast(({ alias }) => alias === identifier))
      : alerts.find(({ id, tinyId }) => identifier === (type === 'tiny' ? tinyId : id));

  const write = (
    kind: Entry['kind'],
    alert: Pick<Alert, 'alias' | 'responders'>,
    how: { text?: string; by?: string; via?: Entry['via'] },
  ): void => {
    const { text = '', by = '', via = 'api' } = how;
    transcript.push({ at: now(), kind, alias: alert.alias, text, responders: alert.responders.map(nameOf), by, via });
  };

  /** Taken now, done a little later; what became of it is asked for by the request's id. */
  const accept = (call: Call, action: string, work: () => Partial<Requested>): void => {
    const id = randomUUID();
    const timer = setTimeout(() => {
      requests.set(id, { done: true, isSuccess: true, status: 'Done', action, alertId: '', alias: '', ...work() });
    }, delayMs);
    timer.unref();
    json(call.response, 202, { result: 'Request will be processed', took: 0.01, requestId: id });
  };

  const create = (call: Call): void => {
    const parsed = CreateBody.safeParse(parseJson(call.body));
    if (!parsed.success)
      return json(call.response, 422, {
        message: parsed.error.issues.map(({ message }) => message).join('; '),
        took: 0.01,
        requestId: randomUUID(),
      });
    accept(call, 'Create', () => {
      const stranger = unknownResponder(parsed.data.responders ?? [], settings);
      const open = alerts.find(({ alias, status }) => alias === parsed.data.alias && status === 'open');
      const alert = open ?? newAlert(parsed.data, { now: now(), tiny: alerts.length + 1 });
      if (stranger !== undefined) {
        write('refused', alert, { text: stranger });
        return { isSuccess: false, status: stranger, alias: alert.alias };
      }
      if (open) open.count += 1;
      else alerts.push(alert);
      write(open ? 'repeat' : 'page', alert, { text: parsed.data.message });
      return { alertId: alert.id, alias: alert.alias };
    });
  };

  const change = (
    alert: Alert,
    action: string,
    by: { user: string; note?: string | undefined; via: Entry['via'] },
  ): boolean => {
    if (alert.status === 'closed') return false;
    alert.updatedAt = now();
    if (action === 'close') alert.status = 'closed';
    if (action === 'acknowledge') Object.assign(alert, { acknowledged: true, acknowledgedBy: by.user });
    if (action === 'unacknowledge') alert.acknowledged = false;
    if (action === 'notes') alert.notes.push(by.note ?? '');
    const kinds = {
      close: 'close',
      acknowledge: 'acknowledge',
      unacknowledge: 'unacknowledge',
      notes: 'note',
    } as const;
    const kind = Object.entries(kinds).find(([name]) => name === action)?.[1];
    if (kind) write(kind, alert, { by: by.user, via: by.via, text: by.note ?? '' });
    return true;
  };

  const act = (call: Call, identifier: string, action: string): void => {
    const parsed = ActionBody.safeParse(parseJson(call.body) ?? {});
    if (!parsed.success)
      return json(call.response, 422, { message: parsed.error.message, took: 0.01, requestId: randomUUID() });
    accept(call, action, () => {
      const alert = find(identifier, call.query.get('identifierType'));
      const { user = 'API', note } = parsed.data;
      if (!alert || !change(alert, action, { user, note, via: 'api' }))
        return { isSuccess: false, status: 'Alert does not exist' };
      return { alertId: alert.id, alias: alert.alias };
    });
  };

  const readRequest = (call: Call, id: string): void => {
    const request = requests.get(id);
    if (!request)
      return json(call.response, 404, {
        message: 'Request not found. It might not be processed, yet.',
        took: 0.01,
        requestId: randomUUID(),
      });
    json(call.response, 200, {
      data: { ...request, processedAt: new Date(now()).toISOString(), integrationId: 'local' },
      took: 0.01,
      requestId: id,
    });
  };

  const readAlert = (call: Call, identifier: string): void => {
    const alert = find(identifier, call.query.get('identifierType'));
    if (!alert) return json(call.response, 404, { message: 'Alert not found', took: 0.01, requestId: randomUUID() });
    const { acknowledgedBy, notes: _, createdAt, updatedAt, ...shown } = alert;
    const times = { createdAt: new Date(createdAt).toISOString(), updatedAt: new Date(updatedAt).toISOString() };
    const report = acknowledgedBy === '' ? {} : { report: { acknowledgedBy } };
    json(call.response, 200, {
      data: { ...shown, ...times, owner: acknowledgedBy, ...report },
      took: 0.01,
      requestId: randomUUID(),
    });
  };

  const onCalls = (call: Call, name: string): void => {
    const people = settings.schedules[name];
    if (!people)
      return json(call.response, 404, { message: 'Schedule not found', took: 0.01, requestId: randomUUID() });
    json(call.response, 200, {
      data: { _parent: { id: 'local', name, enabled: true }, onCallRecipients: people.map(({ email }) => email) },
      took: 0.01,
      requestId: randomUUID(),
    });
  };

  const route = (call: Call): void => {
    const [version, place, one = '', two = ''] = call.path;
    if (version === 'v2' && place === 'alerts' && call.method === 'POST')
      return one === '' ? create(call) : act(call, one, two);
    if (version === 'v2' && place === 'alerts' && one === 'requests') return readRequest(call, two);
    if (version === 'v2' && place === 'alerts' && one !== '') return readAlert(call, one);
    if (version === 'v2' && place === 'schedules' && two === 'on-calls') return onCalls(call, one);
    json(call.response, 404, { message: 'No such path', took: 0.01, requestId: randomUUID() });
  };

  /** Integration keys act; API keys only read: the vendor keeps the two apart. */
  const refusal = (request: IncomingMessage): number | undefined => {
    const key = request.headers.authorization;
    if (key === `GenieKey ${alertKey}`) return undefined;
    if (key !== `GenieKey ${readKey}`) return 401;
    return request.method === 'POST' ? 403 : undefined;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse, body: string): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const path = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
    const effect = faults.take(`${request.method} ${path[1] ?? ''}`);
    if (await strike(effect, response)) return;
    const status = refusal(request);
    if (status)
      return json(response, status, {
        message: status === 401 ? 'Key is not valid' : 'Key may not do this',
        took: 0.01,
        requestId: randomUUID(),
      });
    route({ method: request.method ?? 'GET', path, query: url.searchParams, body, response });
    if (effect?.kind === 'reply-lost') response.destroy();
  };

  const tell = async (alert: Alert, action: string, username: string): Promise<number> => {
    if (!settings.webhook) return 0;
    const { alertId, ...rest } = {
      alertId: alert.id,
      message: alert.message,
      alias: alert.alias,
      tinyId: alert.tinyId,
    };
    // the vendor's own samples count one in milliseconds and the other in nanoseconds
    const times = { createdAt: alert.createdAt, updatedAt: alert.updatedAt * 1_000_000 };
    const response = await fetch(settings.webhook.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-responder-secret': settings.webhook.secret },
      body: JSON.stringify({
        action,
        alert: { alertId, ...rest, username, userId: 'local', ...times },
        source: { name: 'web', type: 'web' },
        integrationName: 'Responder',
        integrationId: 'local',
      }),
    });
    return response.status;
  };

  const byPerson = (email: string, alias: string, action: 'Acknowledge' | 'Close'): Promise<number> => {
    const alert = find(alias, 'alias');
    if (!alert) throw new Error(`there is no alert ${alias}`);
    change(alert, action.toLowerCase(), { user: email, via: 'person' });
    return tell(alert, action, email);
  };

  return { alerts, transcript, faults, answer, byPerson };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
