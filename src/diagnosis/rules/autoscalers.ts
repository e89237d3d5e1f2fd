/** Autoscalers that may not go on, and those that see nothing (C16). */
import type { Autoscaler } from '../autoscaler.ts';
import { checks } from '../checks.ts';
import type { Finding, Offer } from '../diagnosis.ts';
import { conditionOf } from '../pod.ts';
import { oneLine } from '../words.ts';

export const badAutoscalers = (autoscalers: Autoscaler[]): Finding[] =>
  autoscalers.flatMap((one) => [...atMaximum(one), ...blind(one)]);

const ofAutoscaler = (
  { name, namespace, uid }: Autoscaler,
  said: Pick<Finding, 'rule' | 'level' | 'summary'> & Partial<Finding>,
): Finding => ({
  check: checks.autoscalers,
  subject: `hpa/${name}`,
  cause: 'capacity',
  about: { kind: 'horizontalpodautoscaler', namespace, name, uid },
  repeat: `kubectl describe hpa ${name} -n ${namespace}`,
  ...said,
});

/** One of a fixed size has no way to go, and is told by nobody to. */
function atMaximum(autoscaler: Autoscaler): Finding[] {
  const { target, min, max, current, uses } = autoscaler;
  if (max === min || (current < max && !isLimited(autoscaler))) return [];
  const over = uses.find(({ now, target }) => now > target);
  const told = over ? `, ${over.resource} ${over.now} % of target ${over.target} %` : '';
  const wants =
    over || isLimited(autoscaler) ? 'it wants more than it may have' : 'what it measures is not above its target';
  return [
    ofAutoscaler(autoscaler, {
      rule: 'autoscaler.at-maximum',
      level: over ? 'critical' : 'warning',
      summary: `${target} is at ${current} of at most ${max}${told}: ${wants}.`,
      observed: `${current} of ${max}${told}`,
      threshold: 'warning at its maximum, critical with use above its target',
      ...(over ? { offers: [raise(autoscaler)] } : {}),
    }),
  ];
}

function isLimited(autoscaler: Autoscaler): boolean {
  const limited = conditionOf(autoscaler, 'ScalingLimited');
  return limited?.status === 'True' && limited.reason === 'TooManyReplicas';
}

/** Scaling its target by hand would be undone by it. */
const raise = ({ name, namespace, uid, max }: Autoscaler): Offer => ({
  remedy: 'scale',
  label: `Raise the maximum of ${name} above ${max}`,
  about: { kind: 'horizontalpodautoscaler', namespace, name, uid },
});

function blind(autoscaler: Autoscaler): Finding[] {
  const active = conditionOf(autoscaler, 'ScalingActive');
  // switched off on purpose: its target is scaled to 0
  if (active?.status !== 'False' || active.reason === 'ScalingDisabled') return [];
  return [
    ofAutoscaler(autoscaler, {
      rule: 'autoscaler.blind',
      level: 'warning',
      summary: `It cannot scale ${autoscaler.target}: ${oneLine(active.message ?? active.reason ?? 'no reason given', 160)}.`,
      observed: `ScalingActive is False (${active.reason ?? 'no reason given'})`,
      threshold: 'any',
    }),
  ];
}
