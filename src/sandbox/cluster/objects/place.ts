/** Where and when the objects of a scene stand, and the names that a cluster would make up, the same for the same scene. */
import { createHash } from 'node:crypto';
import type { ApiObject, Meta, Owner } from './object.ts';

export interface Place {
  namespace: string;
  now: Date;
}

const minute = 60_000;

/** RFC 3339 in whole seconds, as the API writes its times. */
export const ago = ({ now }: Place, minutes: number): string =>
  `${new Date(now.getTime() - minutes * minute).toISOString().slice(0, 19)}Z`;

/** as leases and the newer events write theirs */
export const microAgo = ({ now }: Place, minutes: number): string =>
  `${new Date(now.getTime() - minutes * minute).toISOString().slice(0, 23)}000Z`;

const digest = (words: string[]): Buffer => createHash('sha256').update(words.join('\n')).digest();

export function uidOf(...words: string[]): string {
  const hex = digest(['uid', ...words]).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

/** Kubernetes leaves vowels and what looks like them out, so that no name spells a word. */
const letters = 'bcdfghjklmnpqrstvwxz2456789';

export const madeUp = (length: number, ...words: string[]): string =>
  [...digest(['name', ...words]).subarray(0, length)].map((byte) => letters[byte % letters.length]).join('');

/** between 1 and 254 */
export const oneByte = (...words: string[]): number => ((digest(words)[0] ?? 0) % 254) + 1;

interface Named extends Partial<Omit<Meta, 'name' | 'uid' | 'creationTimestamp' | 'namespace'>> {
  name: string;
  /** minutes ago; a month where left out */
  age?: number | undefined;
  /** of no namespace */
  isClusterWide?: true;
}

const month = 30 * 24 * 60;

export function metaOf(
  place: Place,
  kind: string,
  { name, age = month, isClusterWide, ...rest }: Named,
): Meta & { uid: string } {
  const namespace = isClusterWide ? undefined : place.namespace;
  return { name, namespace, uid: uidOf(namespace ?? '', kind, name), creationTimestamp: ago(place, age), ...rest };
}

export const ownerOf = ({ apiVersion, kind, metadata: { name, uid = '' } }: ApiObject): Owner => ({
  apiVersion,
  kind,
  name,
  uid,
  controller: true,
  blockOwnerDeletion: true,
});
