/** Watches: every change from a version on, one JSON line each, for as long as the client listens. */
import type { ServerResponse } from 'node:http';
import type { Asked } from './asked.ts';
import { matching } from './list.ts';
import type { ApiObject } from './objects/object.ts';
import { Refused } from './refused.ts';
import { selectorOf } from './select.ts';
import type { Change, Store } from './store.ts';

export function watch(
  store: Store,
  asked: Asked,
  to: { response: ServerResponse; show: (one: ApiObject) => object },
): void {
  const { response, show } = to;
  const { query } = asked;
  response.writeHead(200, { 'content-type': 'application/json' });
  // a client that waits for nothing but the head must not wait for the first change
  response.flushHeaders();
  const say = (type: string, object: object): void => void response.write(`${JSON.stringify({ type, object })}\n`);
  const tell = (change: Change): void => {
    const type = typeFor(asked, change);
    if (type) say(type, show(change.object));
  };
  const from = Number(query.get('resourceVersion') ?? 0);
  const missed = from === 0 ? [] : store.since(from);
  if (!missed) {
    say('ERROR', new Refused(410, `too old resource version: ${from} (${store.horizon()})`).status);
    return void response.end();
  }
  if (from === 0) for (const object of matching(store, asked)) say('ADDED', show(object));
  missed.forEach(tell);
  store.news.on('change', tell);
  const seconds = Number(query.get('timeoutSeconds') ?? 0);
  const timer = seconds > 0 ? setTimeout(() => response.end(), seconds * 1_000) : undefined;
  response.once('close', () => {
    store.news.off('change', tell);
    clearTimeout(timer);
  });
}

/** What comes to match is added and what ceases to is deleted, for those who watch with a selector. */
function typeFor({ resource, namespace, name, query }: Asked, change: Change): Change['type'] | undefined {
  const { type, object, before } = change;
  const isChosen = selectorOf(query, resource.kind);
  const isHere = ({ metadata }: ApiObject): boolean =>
    (namespace === undefined || metadata.namespace === namespace) && (name === undefined || metadata.name === name);
  if (change.resource !== resource || !isHere(object)) return undefined;
  const [was, is] = [before !== undefined && isChosen(before), type !== 'DELETED' && isChosen(object)];
  if (was && is) return 'MODIFIED';
  if (was) return 'DELETED';
  return is ? 'ADDED' : undefined;
}
