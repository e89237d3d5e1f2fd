/** Lists, whole or in pages that all show the moment of the first. */
import type { Asked } from './asked.ts';
import type { ApiObject } from './objects/object.ts';
import type { ListMeta } from './present.ts';
import { Refused } from './refused.ts';
import { selectorOf } from './select.ts';
import type { Store } from './store.ts';

interface Token {
  /** of the first page */
  version: number;
  start: number;
}

/** What was listed by those that have asked for a first page only, by version and question. */
export type Snapshots = Map<string, ApiObject[]>;

export interface Page {
  objects: ApiObject[];
  metadata: ListMeta;
}

export function listed(store: Store, snapshots: Snapshots, asked: Asked): Page {
  const limit = Number(asked.query.get('limit') ?? 0);
  const token = asked.query.get('continue');
  const { version, start } = token ? readToken(token) : { version: store.version(), start: 0 };
  const all = token ? remembered(snapshots, store, { asked, version }) : matching(store, asked);
  const isWhole = limit === 0 || start + limit >= all.length;
  if (isWhole) return { objects: all.slice(start), metadata: { resourceVersion: String(version) } };
  snapshots.set(keyOf(asked, version), all);
  return {
    objects: all.slice(start, start + limit),
    metadata: {
      resourceVersion: String(version),
      continue: tokenOf({ version, start: start + limit }),
      ...countOf(asked, all.length - start - limit),
    },
  };
}

export function matching(store: Store, { resource, namespace, query, name }: Asked): ApiObject[] {
  const isChosen = selectorOf(query, resource.kind);
  const isHere = ({ metadata }: ApiObject): boolean => namespace === undefined || metadata.namespace === namespace;
  return store
    .all(resource)
    .filter((object) => isHere(object) && isChosen(object) && (name === undefined || object.metadata.name === name));
}

/** With a selector the API does not know how many are left. */
const countOf = ({ query }: Asked, remainingItemCount: number): Pick<ListMeta, 'remainingItemCount'> =>
  query.has('labelSelector') || query.has('fieldSelector') ? {} : { remainingItemCount };

const keyOf = ({ resource, namespace = '', query }: Asked, version: number): string =>
  [version, resource.group, resource.plural, namespace, query.get('labelSelector'), query.get('fieldSelector')].join(
    '\0',
  );

const tokenOf = ({ version, start }: Token): string =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start: String(start) })).toString('base64url');

function readToken(token: string): Token {
  const found = /^\{"v":"meta\.k8s\.io\/v1","rv":(?<version>\d+),"start":"(?<start>\d+)"\}$/.exec(
    Buffer.from(token, 'base64url').toString('utf8'),
  )?.groups;
  if (!found)
    throw new Refused(400, 'invalid continue token: continue key is not valid: it is not one that this API gave out');
  return { version: Number(found['version']), start: Number(found['start']) };
}

function remembered(
  snapshots: Snapshots,
  store: Store,
  { asked, version }: { asked: Asked; version: number },
): ApiObject[] {
  const found = snapshots.get(keyOf(asked, version));
  if (found && version >= store.horizon()) return found;
  const why =
    'The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.';
  throw new Refused(410, why);
}
