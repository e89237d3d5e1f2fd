/** What may be changed so far: a pod deleted, or evicted where its budget allows. */
import { z } from 'zod';
import { parsed } from '../slack/json.ts';
import { type Asked, notFound } from './asked.ts';
import { type ApiObject, carries, isPod, isReady, type Pod } from './objects/object.ts';
import { Refused } from './refused.ts';
import { resources } from './resources.ts';
import type { Store } from './store.ts';

const Options = z.object({
  preconditions: z.object({ uid: z.string().optional(), resourceVersion: z.string().optional() }).optional(),
  gracePeriodSeconds: z.number().nullish(),
  dryRun: z.array(z.string()).nullish(),
});
type Options = z.infer<typeof Options>;

const Eviction = z.object({ deleteOptions: Options.optional() });

export interface Ground {
  store: Store;
  now: Date;
  /** how long a pod takes to end */
  terminationMs: number;
}

export function podAt(store: Store, asked: Asked): Pod {
  const found = store.find(asked.resource, asked.namespace, asked.name ?? '');
  if (!found || !isPod(found)) throw notFound(asked);
  return found;
}

export function deletePod(ground: Ground, asked: Asked, body: Buffer): ApiObject {
  const pod = podAt(ground.store, asked);
  const options = Options.parse(parsed(body.toString('utf8')) ?? {});
  mustBeTheOne(pod, options);
  return isDry(asked, options) ? pod : leave(ground, pod, options);
}

export function evict(ground: Ground, asked: Asked, body: Buffer): object {
  const pod = podAt(ground.store, asked);
  const { deleteOptions: options = {} } = Eviction.parse(parsed(body.toString('utf8')) ?? {});
  const budget = budgetOf(ground.store, pod);
  if (budget && !isSpare(pod, budget)) mustBeLeft(budget, pod);
  mustBeTheOne(pod, options);
  if (!isDry(asked, options)) {
    if (budget && isReady(pod)) ground.store.put(spent(budget));
    leave(ground, pod, options);
  }
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
}

const isDry = ({ query }: Asked, { dryRun }: Options): boolean =>
  query.get('dryRun') === 'All' || (dryRun ?? []).includes('All');

/** A button drawn for a pod must not hit the one that has come in its place. */
function mustBeTheOne({ metadata }: Pod, { preconditions = {} }: Options): void {
  const { name, uid = '', resourceVersion = '' } = metadata;
  const differing = [
    { what: 'UID', asked: preconditions.uid, is: uid },
    { what: 'ResourceVersion', asked: preconditions.resourceVersion, is: resourceVersion },
  ].find(({ asked, is }) => asked !== undefined && asked !== is);
  if (!differing) return;
  const { what, asked, is } = differing;
  const why = `the ${what} in the precondition (${asked}) does not match the ${what} in record (${is})`;
  const more = 'The object might have been deleted and then recreated';
  throw new Refused(409, `Operation cannot be fulfilled on pods "${name}": Precondition failed: ${why}. ${more}`, {
    details: { name, kind: 'pods' },
  });
}

/** It is on its way out first, and gone when its containers have ended. One that hangs there stays. */
function leave({ store, now, terminationMs }: Ground, pod: Pod, { gracePeriodSeconds }: Options): ApiObject {
  if (pod.metadata.deletionTimestamp !== undefined) return pod;
  const grace = gracePeriodSeconds ?? 30;
  const deletionTimestamp = `${new Date(now.getTime() + grace * 1_000).toISOString().slice(0, 19)}Z`;
  const metadata = { ...pod.metadata, deletionTimestamp, deletionGracePeriodSeconds: grace };
  const leaving = store.put({ ...pod, metadata });
  setTimeout(() => store.remove(leaving), terminationMs).unref();
  return leaving;
}

const Budget = z.looseObject({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ selector: z.object({ matchLabels: z.record(z.string(), z.string()) }) }),
  status: z.looseObject({
    disruptionsAllowed: z.number(),
    currentHealthy: z.number(),
    desiredHealthy: z.number(),
  }),
});

interface Kept {
  object: ApiObject;
  budget: z.infer<typeof Budget>;
}

const budgets = resources.find(({ plural }) => plural === 'poddisruptionbudgets');

function budgetOf(store: Store, { metadata }: Pod): Kept | undefined {
  const all = budgets ? store.all(budgets) : [];
  const [budget, ...others] = all
    .filter((object) => object.metadata.namespace === metadata.namespace)
    .map((object): Kept => ({ object, budget: Budget.parse(object) }))
    .filter((kept) => carries(metadata.labels, kept.budget.spec.selector.matchLabels));
  const why = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
  if (others.length > 0) throw new Refused(500, why);
  return budget;
}

/** What is not ready may go as long as the others are enough. */
const isSpare = (pod: Pod, { budget: { status } }: Kept): boolean =>
  !isReady(pod) && status.currentHealthy >= status.desiredHealthy && status.desiredHealthy > 0;

function mustBeLeft({ budget: { metadata, status } }: Kept, pod: Pod): void {
  if (status.disruptionsAllowed > 0) return;
  const { currentHealthy, desiredHealthy } = status;
  const message = `The disruption budget ${metadata.name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  throw new Refused(429, "Cannot evict pod as it would violate the pod's disruption budget.", {
    details: { name: pod.metadata.name, kind: 'pods', causes: [{ reason: 'DisruptionBudget', message }] },
  });
}

const spent = ({ object, budget: { status } }: Kept): ApiObject => ({
  ...object,
  status: { ...status, disruptionsAllowed: status.disruptionsAllowed - 1, currentHealthy: status.currentHealthy - 1 },
});
