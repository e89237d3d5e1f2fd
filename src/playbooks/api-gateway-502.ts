/** API gateway 502: the gateway, what stands behind it, and what its log says of both. */
import { checks } from '../diagnosis/checks.ts';
import type { Finding, Seen } from '../diagnosis/diagnosis.ts';
import type { GatewayLog } from '../diagnosis/gateway-log.ts';
import { oneByOne } from '../diagnosis/one-by-one.ts';
import { playbook, whenSeen } from '../diagnosis/playbook.ts';
import type { Pods } from '../diagnosis/pod.ts';
import { restingOn } from '../diagnosis/rests-on.ts';
import { errorRate, fewReady } from '../diagnosis/rules/gateway-rate.ts';
import { complained } from '../diagnosis/rules/gateway-troubles.ts';
import { closed, deadAddresses } from '../diagnosis/rules/gateway-upstreams.ts';
import { illOf } from '../diagnosis/rules/pods.ts';
import { withRestarts } from '../diagnosis/rules/restart-offers.ts';
import { ruledOutOfCluster, ruledOutOfGateway } from '../diagnosis/rules/ruled-out.ts';
import { badEndpoints, wrongPorts } from '../diagnosis/rules/services.ts';
import { type ClusterEvidence, judgeCluster } from '../diagnosis/rules/shared.ts';
import { type Services, selecting } from '../diagnosis/service.ts';
import type { Instant } from '../incident/incident.ts';
import type { IssueType } from '../incident/policy.ts';
import { clusterProbes } from '../probes/cluster.ts';
import { gatewayLog } from '../probes/gateway-log.ts';
import { services } from '../probes/services.ts';

export const apiGateway502 = playbook({
  issueType: 'api-gateway-502',
  title: 'The API gateway answers 502',
  probes: { gatewayLog, services, ...clusterProbes },
  async rules(evidence, surroundings) {
    const { now, issueType } = surroundings;
    const { pods, gatewayLog: log } = evidence;
    const ofCluster = await judgeCluster(evidence, surroundings);
    // what may be a reason before what only shows that there is one
    const findings = await oneByOne([
      () => ofCluster,
      () => restingOn([checks.pods], ofServices(evidence, issueType)),
      () => whenSeen(pods, (seen) => fewReady(seen, issueType)),
      () => whenSeen(log, (seen) => ofBackends(seen, evidence, { now, ill: illOf(ofCluster) })),
      () => whenSeen(log, (seen) => complained(seen, now, gatewayLog.repeat(issueType))),
      () => whenSeen(log, (seen) => errorRate(seen, issueType, gatewayLog.repeat(issueType))),
    ]);
    return withRestarts(findings, allOf(pods));
  },
  ruledOut: (evidence, surroundings) => [
    ...ruledOutOfGateway(evidence.services, evidence.gatewayLog),
    ...ruledOutOfCluster(evidence, surroundings),
  ],
});

interface Backends {
  pods: Seen<Pods>;
  services: Seen<Services>;
}

/** Whom the gateway goes to is told by these. */
const behind = [checks.pods, checks.services];

const ofBackends = (
  log: GatewayLog,
  { pods, services }: Backends,
  { now, ill }: { now: Instant; ill: ReadonlySet<string> },
): Finding[] =>
  restingOn(behind, [
    ...gone(log, { pods, services }, now),
    ...closed(log, { pods: allOf(pods), services: allOf(services), ill }),
  ]);

const ofServices = (
  { services, pods, workloads }: ClusterEvidence & { services: Seen<Services> },
  { thresholds }: IssueType,
): Finding[] =>
  whenSeen(services, ({ all }) =>
    whenSeen(pods, (seen) => {
      const behind = { pods: seen.all, selectedBy: selecting(seen.all) };
      return [...badEndpoints(all, behind, { workloads: allOf(workloads), thresholds }), ...wrongPorts(all, behind)];
    }),
  );

const allOf = <Row>(seen: Seen<{ all: Row[] }>): Row[] => (seen.ok ? seen.data.all : []);

/** What was not seen whole could hold the very address. */
function gone(log: GatewayLog, { pods, services }: Backends, now: Instant): Finding[] {
  if (!pods.ok || !services.ok || pods.data.gaps.length + services.data.gaps.length > 0) return [];
  const { namespace, all } = pods.data;
  return deadAddresses(log, { pods: all, services: services.data.all, namespace }, now);
}
