/** Services with nothing ready behind them (K4), and those that lead to a port that nobody opens (K5). */
import { checks } from '../checks.ts';
import type { Finding } from '../diagnosis.ts';
import type { Pod } from '../pod.ts';
import type { SelectedBy, Service } from '../service.ts';
import { limitOf } from '../thresholds.ts';
import { oneLine } from '../words.ts';
import { titleOf, type Workload } from '../workload.ts';
import type { Around } from './of-pod.ts';

const ofService = (
  { name, namespace, uid }: Service,
  said: Pick<Finding, 'rule' | 'level' | 'summary'> & Partial<Finding>,
): Finding => ({
  check: checks.services,
  subject: `service/${name}`,
  about: { kind: 'service', namespace, name, uid },
  repeat: `kubectl get endpointslices -n ${namespace} -l kubernetes.io/service-name=${name}`,
  ...said,
});

/** What services may lead to. */
export interface Behind {
  /** all of the namespace */
  pods: Pod[];
  selectedBy: SelectedBy;
}

export function badEndpoints(
  services: Service[],
  { pods, selectedBy }: Behind,
  { workloads = [], thresholds }: Pick<Around, 'workloads' | 'thresholds'>,
): Finding[] {
  const warningBelow = limitOf({ thresholds }, 'endpointsWarning');
  return services.flatMap((service) => {
    const { selector, endpoints } = service;
    if (!selector) return elsewhere(service);
    const ready = endpoints.filter(({ isReady }) => isReady).length;
    if (endpoints.length > 0 && (100 * ready) / endpoints.length >= warningBelow) return [];
    const selected = selectedBy(selector);
    if (selected.length === 0 && endpoints.length === 0)
      return [selectsNothing(service, selector, { pods, workloads })];
    return [
      ofService(service, {
        rule: ready === 0 ? 'service.no-endpoints' : 'service.few-endpoints',
        level: ready === 0 ? 'critical' : 'warning',
        summary: `${ready} of ${endpoints.length} endpoints ready, for ${selected.length} pods that it selects.`,
        observed: `${ready} of ${endpoints.length}`,
        threshold: `critical at 0, warning below ${warningBelow} %`,
      }),
    ];
  });
}

const elsewhere = (service: Service): Finding[] => {
  const where =
    service.externalName === undefined
      ? 'has no selector'
      : `leads out of the cluster, to ${oneLine(service.externalName, 80)}`;
  const summary = `It ${where}: what stands behind it is not seen from here.`;
  // the cluster's own
  if (service.name === 'kubernetes') return [];
  return [ofService(service, { rule: 'service.elsewhere', level: 'info', summary })];
};

function selectsNothing(
  service: Service,
  selector: Record<string, string>,
  { pods, workloads }: { pods: Pod[]; workloads: Workload[] },
): Finding {
  const meant = workloads.find(({ name, desired }) => name === service.name && desired === 0);
  const wanted = oneLine(words(selector), 120);
  const why = meant ? `${titleOf(meant)} is scaled to 0` : nearest(selector, pods);
  return ofService(service, {
    rule: 'service.selects-nothing',
    level: meant ? 'info' : 'critical',
    summary: `No pod carries ${wanted}: ${why}.`,
    observed: '0 pods',
    threshold: 'critical at 0, unless scaled to 0',
  });
}

const words = (labels: Record<string, string>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');

/** The pod that differs least: a wrong letter is seen at once beside the right one. */
function nearest(selector: Record<string, string>, pods: Pod[]): string {
  const wanted = Object.entries(selector);
  const differing = ({ labels }: Pod) => wanted.filter(([key, value]) => labels[key] !== value);
  const alike = ({ labels }: Pod): number =>
    wanted.reduce((sum, [key, value]) => sum + sharedStart(labels[key] ?? '', value), 0);
  const near = pods.filter(({ labels }) => wanted.some(([key]) => key in labels));
  const [best] = near.toSorted((a, b) => differing(a).length - differing(b).length || alike(b) - alike(a));
  if (!best) return 'no pod has labels of these names';
  const [key = ''] = differing(best)[0] ?? [];
  return `${best.name} comes nearest, with ${oneLine(`${key}=${best.labels[key] ?? 'not set'}`, 100)}`;
}

/** in letters */
function sharedStart(a: string, b: string): number {
  let end = 0;
  while (end < a.length && a[end] === b[end]) end += 1;
  return end;
}

export function wrongPorts(services: Service[], { selectedBy }: Pick<Behind, 'selectedBy'>): Finding[] {
  return services.flatMap((service) => {
    const { selector, ports } = service;
    const selected = selector ? selectedBy(selector) : [];
    const containers = selected.flatMap(({ containers }) => containers.filter(({ isInit }) => !isInit));
    const declared = containers.flatMap((one) => one.ports);
    // a container that declares none may open any: only a name has to be declared
    const isWhole = containers.length > 0 && containers.every((one) => one.ports.length > 0);
    const wrong = ports.filter(
      ({ target }) =>
        (isWhole || (typeof target === 'string' && containers.length > 0)) &&
        !declared.some((one) => one.port === target || one.name === target),
    );
    return wrong.map(({ port, target }) => {
      const open = [
        ...new Set(declared.map((one) => (one.name === undefined ? `${one.port}` : `${one.name} (${one.port})`))),
      ];
      return ofService(service, {
        rule: 'service.wrong-port',
        level: 'critical',
        summary: `Port ${port} leads to ${oneLine(String(target), 40)} of its pods, whose containers open ${open.length === 0 ? 'no port by name' : oneLine(open.join(', '), 120)}.`,
        observed: `targetPort ${oneLine(String(target), 40)}`,
        threshold: 'a port that a container opens',
        repeat: `kubectl describe service ${service.name} -n ${service.namespace}`,
      });
    });
  });
}
