/** The services that the workflow engine needs, reached from where the bot runs: the runbook's, and those its log names. */
import { isIP } from 'node:net';
import { kinds } from '../diagnosis/cluster.ts';
import type { Probe, Surroundings } from '../diagnosis/diagnosis.ts';
import type { Host } from '../diagnosis/log-lines.ts';
import type { Reached } from '../diagnosis/reached.ts';
import { oneLine } from '../diagnosis/words.ts';
import type { IssueType } from '../incident/policy.ts';
import { engineLogsOf } from './engine-logs.ts';
import { leftOut, namespaceOf, whyNot } from './kubernetes.ts';
import { type Asked, reach } from './reach.ts';

const mostServices = 10;
const mostFromLog = 5;

export interface ServicesSeen {
  reached: Reached[];
  gaps: string[];
}

export const services: Probe<ServicesSeen> = {
  name: 'services of the workflow engine',
  timeoutMs: 14_000,
  targets: ['label', 'services'],
  rights: [
    { kind: kinds.pods, verbs: ['list'] },
    { kind: kinds.pods, verbs: ['get'], subresource: 'log' },
  ],
  async look(surroundings) {
    const { asked, faults } = named(surroundings.issueType);
    const known = asked.slice(0, mostServices);
    const [own, other] = await Promise.all([
      reachAll(known),
      fromLog(surroundings).then(async ({ asked, unread }) => ({ unread, reached: await reachAll(asked) })),
    ]);
    const others = other.reached;
    return {
      reached: [...own, ...others].filter((one) => !isElsewhere(one)),
      gaps: [
        ...faults,
        ...unasked(asked.length + faults.length, asked.length - known.length),
        ...others.filter(isElsewhere).map(notTried),
        ...other.unread,
      ],
    };
  },
  gaps: ({ gaps }) => gaps,
  repeat: (issueType) =>
    named(issueType)
      .asked.map(
        ({ host, port, http }) =>
          `curl -sS -o /dev/null -m 8 -w '%{http_code} %{time_total}\\n' ${urlOf(host, port, http)}`,
      )
      .join('\n') || 'curl -sS -o /dev/null <service>',
};

const reachAll = (asked: Asked[]): Promise<Reached[]> => Promise.all(asked.map((one) => reach(one)));

function unasked(named: number, left: number): string[] {
  if (named === 0) return ['the runbook names no service under targets (services): none was asked whether it answers'];
  return left > 0 ? [`${left} of the services that the runbook names were not asked`] : [];
}

/** Names of the cluster are known inside it alone, and the bot may run elsewhere. */
const isElsewhere = ({ isFromLog, failed }: Reached): boolean => isFromLog && failed?.step === 'DNS';
const notTried = ({ service }: Reached): string =>
  `${service} has no address where the bot runs: its port was not tried`;

const urlOf = (host: string, port: number, http: Asked['http']): string =>
  `'${http?.isSecure ? 'https' : 'http'}://${host}:${port}${http?.path ?? '/'}'`;

const isUsable = ({ url }: { url: URL | null }): boolean => url !== null && /^https?:$/.test(url.protocol);

/** A comma list of URLs. What stands before an @ or behind a ? may be a secret and is never sent. */
function named({ targets }: IssueType): { asked: Asked[]; faults: string[] } {
  const texts = (targets['services'] ?? '')
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '');
  const read = texts.map((text) => ({ text, url: URL.parse(text) }));
  return {
    asked: read.flatMap(({ url }) => (url && isUsable({ url }) ? [askedOf(url)] : [])),
    faults: read
      .filter((one) => !isUsable(one))
      .map(
        ({ text }) =>
          `the runbook names a service that is no http(s) URL: ${JSON.stringify(oneLine(text.replace(/^.*@/, ''), 80))}`,
      ),
  };
}

function askedOf({ protocol, hostname, port, pathname }: URL): Asked {
  const isSecure = protocol === 'https:';
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    host,
    port: Number(port) || (isSecure ? 443 : 80),
    isFromLog: false,
    http: { path: pathname.replaceAll("'", '%27'), isSecure },
  };
}

/** Lines of a log are foreign: no more comes of them than knocking at a port inside the cluster. */
async function fromLog(surroundings: Surroundings): Promise<{ asked: Asked[]; unread: string[] }> {
  const namespace = namespaceOf(surroundings.issueType);
  const { pods, unread } = await engineLogsOf(surroundings).catch((error: unknown) => ({
    pods: [],
    unread: [whyNot(error)],
  }));
  const hosts = new Map(pods.flatMap(({ hosts }) => hosts).map((host) => [host.name, host]));
  const named = [...hosts.values()].flatMap((host) => {
    const inside = serviceOf(host, namespace);
    return inside && host.port !== undefined
      ? [{ host: `${inside.name}.${inside.namespace}.svc`, port: host.port, isFromLog: true }]
      : [];
  });
  const asked = named.slice(0, mostFromLog);
  return {
    asked,
    unread: [
      ...unread.map((why) => `services that the log names were not all asked: ${why}`),
      ...leftOut('services that the log names', named.length, asked.length),
    ],
  };
}

/** A name of one part, of two with the namespace, or with `svc`, is one of the cluster's; undefined: it lies outside. */
export function serviceOf({ name }: Host, namespace: string): { name: string; namespace: string } | undefined {
  if (isIP(name) !== 0) return undefined;
  const [service = '', space, svc, ...rest] = name.split('.');
  if (space === undefined) return { name: service, namespace };
  if (svc === undefined)
    return space === namespace
      ? { name: service, namespace }
      : space === 'svc'
        ? { name: service, namespace }
        : undefined;
  return svc === 'svc' && (rest.length === 0 || rest.join('.') === 'cluster.local')
    ? { name: service, namespace: space }
    : undefined;
}
