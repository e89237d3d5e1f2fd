/** One request from its path to its reply: who asks, what strikes it, whether it may, what comes of it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { parsed } from '../slack/json.ts';
import { type Asked, askedOf, callOf, mustBeKnown, notFound } from './asked.ts';
import { deletePod, evict, podAt } from './change.ts';
import { coreVersions, groups, resourceList, version } from './discovery.ts';
import { type ClusterFault, deliver, type Reply, strikeFirst } from './effects.ts';
import { listed } from './list.ts';
import { logText } from './logs.ts';
import type { ApiObject } from './objects/object.ts';
import { listAs, objectAs, type Wanted, wantedOf } from './present.ts';
import { NoSuchPath, Refused } from './refused.ts';
import { apiOf } from './resources.ts';
import { type Account, accountOf, isAllowed, mustBeAllowed, wishOf } from './rights.ts';
import { type ClusterState, metricsOf, mustBeServed, toldOfPod, Unavailable } from './state.ts';
import { watch } from './watch.ts';

export interface Http {
  request: IncomingMessage;
  response: ServerResponse;
  body: Buffer;
}

export async function answer(state: ClusterState, http: Http): Promise<void> {
  try {
    await carryOut(state, http);
  } catch (error) {
    await deliver(refusalOf(error), undefined, http.response);
  }
}

export function refusalOf(error: unknown): Reply {
  if (error instanceof Refused) return { ...json(error.status.code, error.status), ...headersOf(error) };
  if (error instanceof NoSuchPath) return text(404, '404 page not found\n');
  if (error instanceof Unavailable) return text(503, 'service unavailable\n');
  throw error;
}

const headersOf = ({ headers }: Refused): Pick<Reply, 'headers'> => ({
  headers: { 'content-type': 'application/json', ...headers },
});

const json = (status: number, body: object): Reply => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const text = (status: number, body: string): Reply => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body,
});

async function carryOut(state: ClusterState, http: Http): Promise<void> {
  const { request, response } = http;
  const { pathname } = new URL(request.url ?? '/', 'https://cluster');
  const account = accountOf(state.accounts, request.headers.authorization);
  const general = generalOf(state, request, pathname);
  const asked = general ? undefined : askedOf(request);
  const call = asked ? callOf(asked) : pathname.slice(1);
  const { accept } = request.headers;
  state.requests.push({ call, path: request.url ?? '', user: account.user, accept });
  const effect = state.faults.take(call);
  if (await strikeFirst(effect, response)) return;
  if (general) return deliver(general, effect, response);
  if (!asked) return deliver(groupOf(state, pathname), effect, response);
  await carryOutOne(state, { ...http, asked, account, effect });
}

/** What belongs to no resource. */
function generalOf(state: ClusterState, { headers }: IncomingMessage, pathname: string): Reply | undefined {
  switch (pathname) {
    case '/version':
      return json(200, version);
    case '/api':
      return json(200, coreVersions(headers.host ?? ''));
    case '/apis':
      return json(
        200,
        groups((group) => group !== 'metrics.k8s.io' || metricsOf(state) !== 'absent'),
      );
    case '/readyz':
    case '/livez':
    case '/healthz':
      return text(200, 'ok');
    default:
      return undefined;
  }
}

function groupOf(state: ClusterState, pathname: string): Reply {
  const api = pathname.split('/').filter(Boolean).slice(1).join('/');
  mustBeServed(state, api.split('/')[0] ?? '');
  return json(200, resourceList(api));
}

interface One extends Http {
  asked: Asked;
  account: Account;
  effect: ClusterFault | undefined;
}

async function carryOutOne(state: ClusterState, one: One): Promise<void> {
  const { asked, account, effect, request, response, body } = one;
  if (asked.resource.plural === 'selfsubjectaccessreviews') return deliver(review(account, body), effect, response);
  mustBeAllowed(account, wishOf(asked));
  mustBeServed(state, asked.resource.group);
  mustBeKnown(asked);
  const wanted = wantedOf(request.headers.accept, asked.query);
  if (asked.verb === 'watch') return watch(state.store, asked, { response, show: shown(state, asked, wanted) });
  await deliver(replyOf(state, { asked, wanted, body }), effect, response);
}

const shown =
  ({ now }: ClusterState, { resource: { kind } }: Asked, wanted: Wanted) =>
  (object: ApiObject) =>
    objectAs(object, { wanted, kind, now: now() });

interface Question {
  asked: Asked;
  wanted: Wanted;
  body: Buffer;
}

function replyOf(state: ClusterState, { asked, wanted, body }: Question): Reply {
  const { store, now, terminationMs } = state;
  const ground = { store, now: now(), terminationMs };
  switch (asked.subresource === undefined ? asked.verb : asked.subresource) {
    case 'log': {
      const pod = podAt(store, asked);
      return text(200, logText(pod, toldOfPod(state, pod), { query: asked.query, now: now() }));
    }
    case 'eviction':
      return json(201, evict(ground, asked, body));
    case 'exec':
      throw new Refused(400, 'Upgrade request required');
    case 'delete':
      return json(200, deletePod(ground, asked, body));
    case 'get':
      return json(200, shown(state, asked, wanted)(objectAt(state, asked)));
    default:
      return warned(asked, json(200, listOf(state, asked, wanted)));
  }
}

function objectAt({ store }: ClusterState, asked: Asked): ApiObject {
  const found = store.find(asked.resource, asked.namespace, asked.name ?? '');
  if (!found) throw notFound(asked);
  return found;
}

function listOf({ store, snapshots, now }: ClusterState, asked: Asked, wanted: Wanted): object {
  const { objects, metadata } = listed(store, snapshots, asked);
  return listAs(objects, metadata, {
    wanted,
    kind: asked.resource.kind,
    apiVersion: apiOf(asked.resource),
    now: now(),
  });
}

/** Endpoints are deprecated since 1.33, and every read says so. */
function warned({ resource }: Asked, reply: Reply): Reply {
  if (resource.kind !== 'Endpoints') return reply;
  const warning = '299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"';
  return { ...reply, headers: { ...reply.headers, warning } };
}

const Review = z.looseObject({
  spec: z.looseObject({
    resourceAttributes: z.object({
      namespace: z.string().optional(),
      verb: z.string(),
      group: z.string().default(''),
      resource: z.string(),
      subresource: z.string().optional(),
      name: z.string().optional(),
    }),
  }),
});

/** Everybody may ask what they may. */
function review(account: Account, body: Buffer): Reply {
  if (account.rules.length === 0 && account.user === 'system:anonymous') throw new Refused(401, 'Unauthorized');
  const read = Review.safeParse(parsed(body.toString('utf8')));
  if (!read.success) throw new Refused(415, 'the body of the request is no access review in JSON');
  const asked = read.data;
  const { resource, subresource, namespace = '', name = '', ...rest } = asked.spec.resourceAttributes;
  const allowed = isAllowed(account, {
    ...rest,
    resource: subresource ? `${resource}/${subresource}` : resource,
    namespace: namespace || undefined,
    name: name || undefined,
  });
  return json(201, {
    kind: 'SelfSubjectAccessReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: {},
    spec: asked.spec,
    status: { allowed, ...(allowed && { reason: 'RBAC: allowed by the rules of this account' }) },
  });
}
