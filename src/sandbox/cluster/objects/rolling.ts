/** How far a rollout may go at once: as far as it has come, so that a controller leaves it where the scene has it. */
import { isReady, type Pod } from './object.ts';
import { living } from './pods.ts';

/** numbers of pods */
export interface Rolling {
  surge: number;
  unavailable: number;
  /** as the deployment says it */
  spec: { maxSurge: number | string; maxUnavailable: number | string };
}

const share = 0.25;
const usual = { maxSurge: '25%', maxUnavailable: '25%' };

/**
 * A controller makes more of the new while fewer than `desired + surge` are there, and takes of the old what the new ones
 * that are not ready leave of `unavailable`. Both cannot be zero.
 */
export function rollingOf(desired: number, old: Pod[], fresh: Pod[]): Rolling {
  const quarter = { surge: Math.ceil(desired * share), unavailable: Math.floor(desired * share) };
  if (old.length === 0) return { ...quarter, spec: usual };
  const spare = living(old).length + living(fresh).length - desired;
  const notReady = living(fresh).filter((pod) => !isReady(pod)).length;
  const surge = Math.max(0, spare);
  const unavailable = Math.max(surge === 0 ? 1 : 0, Math.min(quarter.unavailable, notReady - spare));
  return { surge, unavailable, spec: { maxSurge: surge, maxUnavailable: unavailable } };
}
