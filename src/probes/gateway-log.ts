/** The last lines of the gateway's pods, those of the last hour, as answers and complaints. */
import { checks } from '../diagnosis/checks.ts';
import { kinds } from '../diagnosis/cluster.ts';
import type { Probe } from '../diagnosis/diagnosis.ts';
import type { GatewayLog } from '../diagnosis/gateway-log.ts';
import { mainOf, type Pod } from '../diagnosis/pod.ts';
import { hours } from '../incident/times.ts';
import { readLine } from './gateway-lines.ts';
import { clusterOf, leftOut, namespaceOf } from './kubernetes.ts';
import { readLogs } from './logs.ts';
import { listPods } from './pods.ts';

const tailLines = 200;
const most = { pods: 10, containers: 20 };
const lately = hours(1);

export const gatewayLog: Probe<GatewayLog> = {
  name: checks.gatewayLog,
  timeoutMs: 12_000,
  targets: ['label'],
  async look(surroundings) {
    const cluster = clusterOf(surroundings);
    const namespace = namespaceOf(surroundings.issueType);
    const { rows } = await listPods(cluster, namespace, surroundings.issueType.targets['label'] ?? 'app=kong');
    const few = rows.slice(0, most.pods);
    const containers = [...few.flatMap(ownOf), ...few.flatMap(othersOf)];
    const read = await readLogs(cluster, containers.slice(0, most.containers));
    const lines = read.flatMap(({ asked, lines }) => lines.map((line) => ({ ...line, pod: asked.pod })));
    const fresh = lines.filter(({ at }) => surroundings.now - at <= lately).toSorted((a, b) => a.at - b.at);
    const known = fresh.map(({ at, text, pod }) => ({ pod, read: readLine(at, text) }));
    const answers = known.flatMap(({ read }) => (read && 'answer' in read ? [read.answer] : []));
    return {
      pods: [...new Set(read.map(({ asked }) => asked.pod))],
      lines: lines.length,
      answers,
      complaints: known.flatMap(({ read, pod }) => (read && 'complaint' in read ? [{ ...read.complaint, pod }] : [])),
      gaps: [
        ...(rows.length > few.length ? [`there are ${rows.length} pods, the logs of ${few.length} were read`] : []),
        ...leftOut('containers of them', containers.length, read.length),
        ...read.flatMap(({ why }) => (why === undefined ? [] : [why])),
        ...(answers.length > 0 ? [] : [nothingSaid(rows, lines.length, fresh.length)]),
      ],
    };
  },
  gaps: ({ gaps }) => gaps,
  repeat: ({ targets, ...issueType }) =>
    `kubectl logs -l ${targets['label'] ?? 'app=kong'} -n ${namespaceOf({ ...issueType, targets })} --tail=${tailLines} --timestamps --prefix`,
  rights: [
    { kind: kinds.pods, verbs: ['list'] },
    { kind: kinds.pods, verbs: ['get'], subresource: 'log' },
  ],
};

const asked = ({ name, namespace }: Pod, container: string) => ({ namespace, pod: name, container, tailLines });

/** Of every pod first: its helpers are read as far as there is room. */
const ownOf = (pod: Pod) => {
  const own = mainOf(pod);
  return own ? [asked(pod, own.name)] : [];
};
const othersOf = (pod: Pod) =>
  pod.containers
    .filter(({ isInit, name }) => !isInit && name !== mainOf(pod)?.name)
    .map(({ name }) => asked(pod, name));

/** No request seen is not the same as no request failed. */
function nothingSaid(pods: Pod[], lines: number, fresh: number): string {
  if (pods.length === 0) return 'there is no pod whose log could be read';
  if (lines === 0) return 'its log holds nothing';
  return fresh === 0 ? 'its log says nothing of the last hour' : 'its log shows no request of the last hour';
}
