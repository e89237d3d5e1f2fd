/** Services of the cluster that the workflow engine complains of: is there anything behind them? (W5) */
import type { Finding } from '../../diagnosis/diagnosis.ts';
import { count } from '../../diagnosis/words.ts';
import { type DependenciesSeen, dependencies } from '../../probes/dependencies.ts';

type Inside = DependenciesSeen['inside'][number];
type Outside = DependenciesSeen['outside'][number];

const mostOutside = 3;

/** A service of the cluster that nothing stands behind; those outside are no more than named. */
export const behind = ({ inside, outside }: DependenciesSeen): Finding[] => [
  ...inside.flatMap((one) => {
    if (!one.isThere) return [missing(one)];
    return one.isSelecting && one.ready === 0 ? [empty(one)] : [];
  }),
  ...outside.slice(0, mostOutside).map(named),
];

const serviceOf = ({ name, namespace }: Inside) => ({
  check: dependencies.name,
  subject: `${name}.${namespace}.svc`,
  cause: 'dependency' as const,
  repeat: `kubectl get endpointslices -n ${namespace} -l kubernetes.io/service-name=${name}`,
  about: { kind: 'service', namespace, name },
});

const missing = (one: Inside): Finding => ({
  ...serviceOf(one),
  rule: 'dependency.no-service',
  level: 'warning',
  summary: `There is no service ${one.name} in ${one.namespace}, which ${linesOf(one)} name.`,
  observed: 'no service',
});

const empty = (one: Inside): Finding => ({
  ...serviceOf(one),
  rule: 'dependency.no-endpoints',
  level: 'critical',
  summary: `It has 0 ready endpoints (of ${one.all}), and ${linesOf(one)} name it: run the checks of that service.`,
  observed: `0 of ${one.all} ready`,
  threshold: 'at least 1',
});

const named = (one: Outside): Finding => ({
  rule: 'dependency.outside',
  level: 'info',
  check: dependencies.name,
  subject: one.name,
  summary: `It lies outside the cluster; ${linesOf(one)} name it.`,
});

const linesOf = ({ mentions }: Inside | Outside): string => `${count(mentions, 'line')} of trouble in the engine's log`;
