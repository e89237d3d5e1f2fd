/** Budgets, quotas, network policies and leases. */
import type { Labels, Scene } from '../scene.ts';
import { type ApiObject, carries, isReady, type Pod } from './object.ts';
import { ago, metaOf, microAgo, type Place } from './place.ts';
import { living } from './pods.ts';

type One<Field extends keyof Scene> = Scene[Field] extends (infer Item)[] | undefined ? Item : never;

/** As many must be well as are, but for those allowed to go. */
export function budget(place: Place, { name, selects, allowed }: One<'budgets'>, pods: Pod[]): ApiObject {
  const chosen = living(pods).filter(({ metadata }) => carries(metadata.labels, selects));
  const healthy = chosen.filter(isReady).length;
  const desiredHealthy = allowed > 0 ? healthy - allowed : Math.max(healthy, 1);
  const condition =
    allowed > 0 ? { reason: 'SufficientPods', status: 'True' } : { reason: 'InsufficientPods', status: 'False' };
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metaOf(place, 'PodDisruptionBudget', { name, generation: 1 }),
    spec: { minAvailable: desiredHealthy, selector: { matchLabels: selects } },
    status: {
      conditions: [
        {
          type: 'DisruptionAllowed',
          ...condition,
          message: '',
          observedGeneration: 1,
          lastTransitionTime: ago(place, 30),
        },
      ],
      currentHealthy: healthy,
      desiredHealthy,
      disruptionsAllowed: allowed,
      expectedPods: chosen.length,
      observedGeneration: 1,
    },
  };
}

export const quota = (place: Place, { name, hard, used }: One<'quotas'>): ApiObject => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: metaOf(place, 'ResourceQuota', { name }),
  spec: { hard },
  status: { hard, used },
});

/** With egress it forbids all of it; a change shows only as the time of making, as after delete and create. */
export const networkPolicy = (place: Place, { name, selects, egress, changed }: One<'networkPolicies'>): ApiObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: metaOf(place, 'NetworkPolicy', { name, age: changed, generation: 1 }),
  spec: { podSelector: selectorOf(selects), policyTypes: [egress ? 'Egress' : 'Ingress'] },
});

const selectorOf = (selects: Labels): object => (Object.keys(selects).length > 0 ? { matchLabels: selects } : {});

export const lease = (place: Place, { name, holder, seconds, renewed }: One<'leases'>): ApiObject => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: metaOf(place, 'Lease', { name }),
  spec: {
    holderIdentity: holder,
    leaseDurationSeconds: seconds,
    acquireTime: microAgo(place, renewed + 60),
    renewTime: microAgo(place, renewed),
    leaseTransitions: 1,
  },
});
