/** What a request asks for, read from its method and path. */
import type { IncomingMessage } from 'node:http';
import { NoSuchPath, Refused } from './refused.ts';
import { apiOf, fullName, type Resource, resources } from './resources.ts';

export interface Asked {
  verb: string;
  resource: Resource;
  namespace: string | undefined;
  name: string | undefined;
  subresource: string | undefined;
  query: URLSearchParams;
}

/** Of a path below `api` or `apis`; undefined for the discovery of a group. */
export function askedOf(request: IncomingMessage): Asked | undefined {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'https://cluster');
  const [root, ...parts] = pathname.split('/').filter(Boolean).map(decodeURIComponent);
  const api = parts.splice(0, root === 'api' ? 1 : 2).join('/');
  const there = resources.filter((one) => apiOf(one) === api && root === (one.group === '' ? 'api' : 'apis'));
  if (there.length === 0) throw new NoSuchPath();
  if (parts.length === 0) return undefined;
  const namespace = parts[0] === 'namespaces' && parts.length > 2 ? parts.splice(0, 2)[1] : undefined;
  const [plural, name, subresource] = parts;
  const resource = there.find((one) => one.plural === plural && (one.isNamespaced || namespace === undefined));
  if (!resource || !isBelow(resource, subresource)) throw new NoSuchPath();
  return { verb: verbOf(request.method ?? '', name, query), resource, namespace, name, subresource, query };
}

const isBelow = ({ subresources = {} }: Resource, name: string | undefined): boolean =>
  name === undefined || Object.hasOwn(subresources, name);

function verbOf(method: string, name: string | undefined, query: URLSearchParams): string {
  if (method === 'GET' && name !== undefined) return 'get';
  if (method === 'GET') return ['true', '1'].includes(query.get('watch') ?? '') ? 'watch' : 'list';
  if (method === 'DELETE') return name === undefined ? 'deletecollection' : 'delete';
  return { POST: 'create', PUT: 'update', PATCH: 'patch' }[method] ?? method.toLowerCase();
}

/** `list pods`, `get pods/log`, `list deployments.apps`: what a fault strikes */
export const callOf = ({ verb, resource, subresource }: Asked): string =>
  `${verb} ${subresource === undefined ? fullName(resource) : `${resource.plural}/${subresource}`}`;

export function mustBeKnown({ verb, resource, subresource }: Asked): void {
  const verbs = subresource === undefined ? resource.verbs : (resource.subresources?.[subresource]?.verbs ?? []);
  if (!verbs.includes(verb)) throw new Refused(405, 'the server does not allow this method on the requested resource');
}

export const notFound = ({ resource, name }: Asked): Refused =>
  new Refused(404, `${fullName(resource)} "${name}" not found`, {
    details: { name, ...(resource.group && { group: resource.group }), kind: resource.plural },
  });
