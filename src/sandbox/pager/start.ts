/** A local Opsgenie on loopback: asynchronous, with its alias rules, its two kinds of key and its outgoing webhook. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type FaultEffect, type Faults, makeFaults, strike } from '../faults.ts';
import { json, startServer, until } from '../http.ts';
import { isAnswered, type Kills, makeKills } from '../kills.ts';
import { ActionBody, type Alert, CreateBody, type Entry, newAlert, type Rota, unknownResponder } from './alerts.ts';
import { accept, byPerson, change, type Desk, find, write } from './desk.ts';

export interface PagerSettings extends Rota {
  /** may act on alerts */
  alertKey: string;
  /** may only read schedules and alerts */
  readKey: string;
  webhook?: { url: string; secret: string };
  now?: () => number;
  /** how long until an accepted request has taken effect */
  delayMs?: number;
  /** every call of the bot is a place to die at */
  kills?: Kills | undefined;
}

export interface LocalPager {
  url: string;
  transcript: Entry[];
  faults: Faults;
  alerts(): Alert[];
  /** all that it has taken has taken effect */
  isIdle(): boolean;
  /** somebody with a telephone; answers the status that the bot gave the webhook */
  person(email: string): { acknowledge(alias: string): Promise<number>; close(alias: string): Promise<number> };
  until<T>(what: string, look: (transcript: Entry[]) => T | undefined, withinMs?: number): Promise<T>;
  stop(): Promise<void>;
}

export async function startPager(settings: PagerSettings): Promise<LocalPager> {
  const { webhook, now = Date.now, delayMs = 20, kills = makeKills(), ...rest } = settings;
  const desk: Desk = { ...rest, webhook, now, delayMs, alerts: [], requests: new Map(), transcript: [], pending: 0 };
  const faults = makeFaults();
  const server = await startServer((request, response, body) =>
    answer(desk, { faults, kills }, { request, response, body: body.toString('utf8') }),
  );
  return {
    url: server.url,
    transcript: desk.transcript,
    faults,
    alerts: () => desk.alerts,
    isIdle: () => desk.pending === 0,
    person: (by) => ({
      acknowledge: (alias) => byPerson(desk, alias, { action: 'Acknowledge', by }),
      close: (alias) => byPerson(desk, alias, { action: 'Close', by }),
    }),
    until: (what, look, withinMs) => until(what, () => look(desk.transcript), withinMs),
    stop: () => server.stop(),
  };
}

interface Asked {
  request: IncomingMessage;
  response: ServerResponse;
  body: string;
}

/** What a path says besides the names of alerts and schedules. */
const words = new Set(['alerts', 'requests', 'notes', 'acknowledge', 'close', 'schedules', 'on-calls']);

/** Struck by a fault named after its method and the words of its path: "POST alerts", "POST alerts acknowledge". */
async function answer(
  desk: Desk,
  { faults, kills }: { faults: Faults; kills: Kills },
  { request, response, body }: Asked,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const [, place = '', ...rest] = pathname.split('/').filter(Boolean).map(decodeURIComponent);
  const acts = [place, ...rest].filter((part) => words.has(part));
  const named = `${request.method} ${acts.join(' ')}`;
  const passing = kills.reach('pager', named);
  if (passing('before')) return void response.destroy();
  const effect = faults.take(named);
  if (await strike(effect, response)) return;
  const reply =
    refusal(desk, request) ??
    unheard(desk, effect) ??
    route(desk, { method: request.method ?? 'GET', place, rest, query: searchParams, body });
  if (!isAnswered(passing, effect, response)) return;
  json(response, reply.status, { took: 0.01, requestId: randomUUID(), ...reply.body });
}

interface Reply {
  status: number;
  body: Record<string, unknown>;
}

const refused = (status: number, message: string): Reply => ({ status, body: { message } });

/** Integration keys act; API keys only read: the vendor keeps the two apart. */
function refusal({ alertKey, readKey }: Desk, { headers, method }: IncomingMessage): Reply | undefined {
  if (headers.authorization === `GenieKey ${alertKey}`) return undefined;
  if (headers.authorization !== `GenieKey ${readKey}`) return refused(401, 'Key is not valid');
  return method === 'POST' ? refused(403, 'Key may not do this') : undefined;
}

/** The vendor accepts first and works later: what is lost in between is lost without a word. */
function unheard(desk: Desk, effect: FaultEffect | undefined): Reply | undefined {
  if (effect?.kind === 'dropped') return taken(randomUUID());
  if (effect?.kind !== 'refused-later') return undefined;
  return taken(accept(desk, 'Create', () => ({ isSuccess: false, status: effect.why })));
}

interface Call {
  method: string;
  place: string;
  rest: string[];
  query: URLSearchParams;
  body: string;
}

function route(desk: Desk, call: Call): Reply {
  const [one = '', two = ''] = call.rest;
  if (call.place === 'schedules') return onCalls(desk, one);
  if (call.place !== 'alerts') return refused(404, 'No such path');
  if (call.method === 'POST')
    return one === '' ? create(desk, call) : act(desk, call, { identifier: one, action: two });
  return one === 'requests' ? readRequest(desk, two) : readAlert(desk, call, one);
}

const taken = (requestId: string): Reply => ({ status: 202, body: { result: 'Request will be processed', requestId } });

function create(desk: Desk, { body }: Call): Reply {
  const parsed = CreateBody.safeParse(parseJson(body));
  if (!parsed.success) return refused(422, parsed.error.issues.map(({ message }) => message).join('; '));
  const { alias, message, responders = [] } = parsed.data;
  const work = () => {
    const stranger = unknownResponder(responders, desk);
    const open = desk.alerts.find((alert) => alert.alias === alias && alert.status === 'open');
    const alert = open ?? newAlert(parsed.data, { now: desk.now(), tiny: desk.alerts.length + 1 });
    if (stranger !== undefined) {
      write(desk, 'refused', { alert, text: stranger });
      return { isSuccess: false, status: stranger, alias: alert.alias };
    }
    if (open) open.count += 1;
    else desk.alerts.push(alert);
    write(desk, open ? 'repeat' : 'page', { alert, text: message });
    return { alertId: alert.id, alias: alert.alias };
  };
  return taken(accept(desk, 'Create', work));
}

function act(desk: Desk, { body, query }: Call, { identifier, action }: { identifier: string; action: string }): Reply {
  const parsed = ActionBody.safeParse(parseJson(body) ?? {});
  if (!parsed.success) return refused(422, parsed.error.message);
  const { user: by = 'API', note } = parsed.data;
  const work = () => {
    const alert = find(desk, identifier, query.get('identifierType'));
    const done = alert !== undefined && change(desk, alert, { action, by, note, via: 'api' });
    return done ? { alertId: alert.id, alias: alert.alias } : { isSuccess: false, status: 'Alert does not exist' };
  };
  return taken(accept(desk, action, work));
}

function readRequest({ requests, now }: Desk, id: string): Reply {
  const request = requests.get(id);
  if (!request) return refused(404, 'Request not found. It might not be processed, yet.');
  return {
    status: 200,
    body: { data: { ...request, processedAt: new Date(now()).toISOString(), integrationId: 'local' } },
  };
}

function readAlert(desk: Desk, { query }: Call, identifier: string): Reply {
  const alert = find(desk, identifier, query.get('identifierType'));
  if (!alert) return refused(404, 'Alert not found');
  const { acknowledgedBy, notes: _, createdAt, updatedAt, responders, ...rest } = alert;
  const shown = {
    ...rest,
    responders: responders.map(({ type, id, name, username }) => ({ type, id: id ?? name ?? username })),
  };
  const times = { createdAt: new Date(createdAt).toISOString(), updatedAt: new Date(updatedAt).toISOString() };
  const report = acknowledgedBy === '' ? {} : { report: { acknowledgedBy } };
  return { status: 200, body: { data: { ...shown, ...times, owner: acknowledgedBy, ...report } } };
}

function onCalls({ schedules }: Desk, name: string): Reply {
  const people = schedules[name];
  if (!people) return refused(404, 'Schedule not found');
  return {
    status: 200,
    body: {
      data: { _parent: { id: 'local', name, enabled: true }, onCallRecipients: people.map(({ email }) => email) },
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
