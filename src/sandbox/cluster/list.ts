/** Lists, whole or in pages that all show the moment of the first. */
import type { Asked } from './asked.ts';
import type { ApiObject } from './objects/object.ts';
import type { ListMeta } from './present.ts';
import { Refused } from './refused.ts';
import { selectorOf } from './select.ts';
import { keyIn, type Store } from './store.ts';

interface Token {
  /** of the first page; -1: of no page, what stands there now */
  version: number;
  /** key of the last object that was shown */
  after: string;
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
  const { version, after } = token ? readToken(token) : { version: -1, after: '' };
  const all = version < 0 ? matching(store, asked) : remembered(snapshots, store, { asked, token: { version, after } });
  const shown = version < 0 ? store.version() : version;
  const rest = all.filter((object) => keyIn(object) > after);
  const metadata = { resourceVersion: String(shown) };
  const objects = limit === 0 ? rest : rest.slice(0, limit);
  const last = objects.at(-1);
  if (!last || objects.length === rest.length) return { objects, metadata };
  snapshots.set(questionOf(asked, shown), all);
  const next = tokenOf({ version: shown, after: keyIn(last) });
  return { objects, metadata: { ...metadata, continue: next, ...countOf(asked, rest.length - limit) } };
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

const questionOf = ({ resource, namespace = '', query }: Asked, version: number): string =>
  [version, resource.group, resource.plural, namespace, query.get('labelSelector'), query.get('fieldSelector')].join(
    '\0',
  );

/** It starts with the first key that is greater than that of the last object. */
const tokenOf = ({ version, after }: Token): string =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start: `/${after}\0` })).toString('base64url');

function readToken(token: string): Token {
  const found = /^\{"v":"meta\.k8s\.io\/v1","rv":(?<version>-1|[1-9]\d*),"start":"\/(?<after>[^"]+)\\u0000"\}$/.exec(
    Buffer.from(token, 'base64url').toString('utf8'),
  )?.groups;
  if (!found)
    throw new Refused(400, 'invalid continue token: continue key is not valid: it is not one that this API gave out');
  return { version: Number(found['version']), after: found['after'] ?? '' };
}

/** With the refusal comes a token that goes on all the same, with what stands there now. */
function remembered(
  snapshots: Snapshots,
  store: Store,
  { asked, token: { version, after } }: { asked: Asked; token: Token },
): ApiObject[] {
  const found = snapshots.get(questionOf(asked, version));
  if (found && version >= store.horizon()) return found;
  throw new Refused(410, tooOld, { metadata: { continue: tokenOf({ version: -1, after }) } });
}

const tooOld =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the ' +
  'continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing ' +
  'with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the ' +
  'time the first chunk was returned and now may show up in the list.';
