/** Services of the cluster that the workflow engine complains of: is there anything behind them? (W5) */
import type { Finding } from '../../diagnosis/diagnosis.ts';
import { count } from '../../diagnosis/words.ts';
import { type DependenciesSeen, dependencies } from '../../probes/dependencies.ts';

/** A service of the cluster that nothing stands behind; those outside are no more than named. */
export function behind({ inside, outside }: DependenciesSeen): Finding[] {
  return [
    ...inside.flatMap((one): Finding[] => {
      const { name, namespace, mentions, isThere, isSelecting, ready, all } = one;
      const said = {
        level: 'critical' as const,
        check: dependencies.name,
        subject: `${name}.${namespace}.svc`,
        cause: 'dependency' as const,
        repeat: `kubectl get endpointslices -n ${namespace} -l kubernetes.io/service-name=${name}`,
        about: { kind: 'service', namespace, name },
      };
      if (!isThere)
        return [
          {
            ...said,
            rule: 'dependency.no-service',
            level: 'warning',
            summary: `There is no service ${name} in ${namespace}, which ${count(mentions, 'line')} of trouble in the engine's log name.`,
            observed: 'no service',
          },
        ];
      if (!isSelecting || ready > 0) return [];
      return [
        {
          ...said,
          rule: 'dependency.no-endpoints',
          summary: `It has 0 ready endpoints (of ${all}), and ${count(mentions, 'line')} of trouble in the engine's log name it: run the checks of that service.`,
          observed: `0 of ${all} ready`,
          threshold: 'at least 1',
        },
      ];
    }),
    ...outside.slice(0, 3).map(
      ({ name, mentions }): Finding => ({
        rule: 'dependency.outside',
        level: 'info',
        check: dependencies.name,
        subject: name,
        summary: `It lies outside the cluster; ${count(mentions, 'line')} of trouble in the engine's log name it.`,
      }),
    ),
  ];
}
