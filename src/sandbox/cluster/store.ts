/** The objects of the cluster with a version that counts every change, for lists in pages and for watches. */
import { EventEmitter } from 'node:events';
import type { ApiObject } from './objects/object.ts';
import { type Resource, resourceFor } from './resources.ts';

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
  /** by namespace, then name */
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

const keyOf = ({ apiVersion, kind, metadata: { namespace = '', name } }: ApiObject): string =>
  [apiVersion, kind, namespace, name].join('\0');

const unversioned = (object: ApiObject): string =>
  JSON.stringify({ ...object, metadata: { ...object.metadata, resourceVersion: undefined } });

export function makeStore(): Store {
  const objects = new Map<string, ApiObject>();
  const news = new EventEmitter<{ change: [Change] }>().setMaxListeners(0);
  let changes: Change[] = [];
  // an etcd has seen some before anybody asks
  let version = 1_000;
  let horizon = version;
  const tell = (type: Change['type'], object: ApiObject, before?: ApiObject): ApiObject => {
    version += 1;
    const versioned = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    if (type === 'DELETED') objects.delete(keyOf(object));
    else objects.set(keyOf(object), versioned);
    const change: Change = { version, type, resource: resourceFor(object), object: versioned, before };
    changes.push(change);
    news.emit('change', change);
    return versioned;
  };
  const put = (object: ApiObject): ApiObject => {
    const before = objects.get(keyOf(object));
    if (before && unversioned(before) === unversioned(object)) return before;
    return tell(before ? 'MODIFIED' : 'ADDED', object, before);
  };
  const all = (): ApiObject[] => [...objects].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  return {
    news,
    put,
    version: () => version,
    horizon: () => horizon,
    all: (resource) => all().filter((object) => resourceFor(object) === resource),
    find: (resource, namespace, name) =>
      all().find((one) => {
        const { metadata } = one;
        return resourceFor(one) === resource && metadata.name === name && metadata.namespace === namespace;
      }),
    remove: (object) => {
      if (objects.get(keyOf(object)) === object) tell('DELETED', object, object);
    },
    replace(wanted) {
      const keys = new Set(wanted.map(keyOf));
      for (const [key, object] of objects) if (!keys.has(key)) tell('DELETED', object, object);
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
