/** An object or a list in the form that the Accept header asks for: whole, as rows of a Table, or its metadata alone. */
import type { ApiObject } from './objects/object.ts';
import { Refused } from './refused.ts';
import { columnsOf } from './table/kinds.ts';

export interface Wanted {
  as: 'whole' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  /** of each row of a table */
  includes: 'None' | 'Metadata' | 'Object';
}

const meta = 'meta.k8s.io/v1';

/** The first of the forms that are asked for which there is; protobuf is not. */
export function wantedOf(accept: string | undefined, query: URLSearchParams): Wanted {
  const includes = includesOf(query.get('includeObject') ?? 'Metadata');
  const [as] = (accept ?? '*/*').split(',').flatMap((clause) => formOf(clause) ?? []);
  if (as) return { as, includes };
  throw new Refused(406, 'only the following media types are accepted: application/json');
}

const json = new Set(['application/json', 'application/*', '*/*']);

function formOf(clause: string): Wanted['as'] | undefined {
  const [type = '', ...options] = clause.split(';').map((part) => part.trim());
  const as = options.find((option) => option.startsWith('as='))?.slice(3);
  if (!json.has(type)) return undefined;
  if (as === undefined) return 'whole';
  if (!options.includes('v=v1') || !options.includes('g=meta.k8s.io')) return undefined;
  return as === 'Table' || as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList' ? as : undefined;
}

function includesOf(asked: string): Wanted['includes'] {
  if (asked === 'None' || asked === 'Metadata' || asked === 'Object') return asked;
  throw new Refused(400, `unrecognized includeObject value: "${asked}"`);
}

export interface ListMeta {
  resourceVersion: string;
  continue?: string | undefined;
  remainingItemCount?: number | undefined;
}

interface Shown {
  wanted: Wanted;
  kind: string;
  apiVersion: string;
  now: Date;
}

export function listAs(objects: ApiObject[], metadata: ListMeta, { wanted, kind, apiVersion, now }: Shown): object {
  if (wanted.as === 'Table') return tableOf(objects, metadata, { wanted, kind, now });
  const items = wanted.as === 'whole' ? objects.map(bare) : objects.map(metadataOnly);
  if (wanted.as === 'whole') return { kind: `${kind}List`, apiVersion, metadata, items };
  return { kind: 'PartialObjectMetadataList', apiVersion: meta, metadata, items };
}

export function objectAs(object: ApiObject, { wanted, kind, now }: Omit<Shown, 'apiVersion'>): object {
  if (wanted.as === 'whole') return object;
  const { resourceVersion = '' } = object.metadata;
  if (wanted.as === 'Table') return tableOf([object], { resourceVersion }, { wanted, kind, now });
  return metadataOnly(object);
}

/** The objects of a list do not say what they are: the list does. */
const bare = (object: ApiObject): object => ({ ...object, kind: undefined, apiVersion: undefined });

const metadataOnly = ({ metadata }: ApiObject): object => ({
  kind: 'PartialObjectMetadata',
  apiVersion: meta,
  metadata,
});

function tableOf(objects: ApiObject[], metadata: ListMeta, { wanted, kind, now }: Omit<Shown, 'apiVersion'>): object {
  const columns = columnsOf(kind);
  return {
    kind: 'Table',
    apiVersion: meta,
    metadata,
    columnDefinitions: columns.map(({ name, type, isWide }) => ({
      name,
      type,
      format: name === 'Name' ? 'name' : '',
      description: '',
      priority: isWide ? 1 : 0,
    })),
    rows: objects.map((object) => ({
      cells: columns.map(({ cell }) => cell(object, now)),
      ...(wanted.includes === 'Metadata' && { object: metadataOnly(object) }),
      ...(wanted.includes === 'Object' && { object }),
    })),
  };
}
