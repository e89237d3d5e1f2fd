/** The objects of the cluster with a version that counts every change, for lists in pages and for watches. */
import { EventEmitter } from 'node:events';
import type { ApiObject } from './objects/object.ts';
import { type Resource, resourceFor, resources } from './resources.ts';

export interface Change {
  version: number;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  resource: Resource;
  object: ApiObject;
  /** what stood there before */
  before: ApiObject | undefined;
}

export interface Store {
  version(): number;
  /** by key */
  all(resource: Resource): ApiObject[];
  find(resource: Resource, namespace: string | undefined, name: string): ApiObject | undefined;
  put(object: ApiObject): ApiObject;
  /** unless another has taken its place */
  remove(object: ApiObject): void;
  /** exactly these from now on; what is as it was keeps its version */
  replace(objects: ApiObject[]): void;
  /** undefined where so old a version is forgotten */
  since(version: number): Change[] | undefined;
  /** says `change` for each one */
  news: EventEmitter<{ change: [Change] }>;
  /** forgets all that was, as a cluster does every few minutes: older tokens and watches end with 410 */
  compact(): void;
  /** the oldest version that is remembered */
  horizon(): number;
}

/** in whose order objects are listed, as an etcd has them: `shop-eu/…` before `shop/…` */
const keyOf = (namespace: string | undefined, name: string): string =>
  namespace === undefined ? name : `${namespace}/${name}`;

const names = (object: ApiObject): string => [object.apiVersion, object.kind, keyIn(object)].join('\0');

/** The objects of one resource; sorted when somebody lists them, not at every change. */
interface Shelf {
  objects: Map<string, ApiObject>;
  sorted?: ApiObject[] | undefined;
}

function makeShelves() {
  const shelves = new Map<Resource, Shelf>(resources.map((resource) => [resource, { objects: new Map() }]));
  const shelfOf = (resource: Resource): Shelf => shelves.get(resource) ?? { objects: new Map() };
  return {
    find: (resource: Resource, namespace: string | undefined, name: string) =>
      shelfOf(resource).objects.get(keyOf(namespace, name)),
    at: (object: ApiObject) => shelfOf(resourceFor(object)).objects.get(keyIn(object)),
    sorted(resource: Resource): ApiObject[] {
      const shelf = shelfOf(resource);
      shelf.sorted ??= [...shelf.objects].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
      return shelf.sorted;
    },
    place(object: ApiObject, isGone: boolean): void {
      const shelf = shelfOf(resourceFor(object));
      shelf.sorted = undefined;
      if (isGone) shelf.objects.delete(keyIn(object));
      else shelf.objects.set(keyIn(object), object);
    },
    all: () => [...shelves.values()].flatMap(({ objects }) => [...objects.values()]),
  };
}

export const keyIn = ({ metadata: { namespace, name } }: ApiObject): string => keyOf(namespace, name);

const unversioned = (object: ApiObject): string =>
  JSON.stringify({ ...object, metadata: { ...object.metadata, resourceVersion: undefined } });

export function makeStore(): Store {
  const shelves = makeShelves();
  const news = new EventEmitter<{ change: [Change] }>().setMaxListeners(0);
  let changes: Change[] = [];
  // an etcd has seen some before anybody asks
  let version = 1_000;
  let horizon = version;
  const tell = (type: Change['type'], object: ApiObject, before?: ApiObject): ApiObject => {
    version += 1;
    const versioned = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    shelves.place(versioned, type === 'DELETED');
    const change: Change = { version, type, resource: resourceFor(object), object: versioned, before };
    changes.push(change);
    news.emit('change', change);
    return versioned;
  };
  const put = (object: ApiObject): ApiObject => {
    const before = shelves.at(object);
    if (before && unversioned(before) === unversioned(object)) return before;
    return tell(before ? 'MODIFIED' : 'ADDED', object, before);
  };
  return {
    news,
    put,
    version: () => version,
    horizon: () => horizon,
    all: (resource) => shelves.sorted(resource),
    find: (...where) => shelves.find(...where),
    remove: (object) => {
      if (shelves.at(object) === object) tell('DELETED', object, object);
    },
    replace(wanted) {
      const kept = new Set(wanted.map(names));
      for (const object of shelves.all()) if (!kept.has(names(object))) tell('DELETED', object, object);
      wanted.forEach(put);
    },
    since: (from) => (from < horizon ? undefined : changes.filter((change) => change.version > from)),
    compact() {
      version += 1;
      horizon = version;
      changes = [];
    },
  };
}
