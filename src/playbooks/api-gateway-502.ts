/** API gateway 502: the gateway, what stands behind it, and what its log says of both. */
import { playbook, whenSeen } from '../diagnosis/playbook.ts';
import type { Around } from '../diagnosis/rules/of-pod.ts';
import { judgePods } from '../diagnosis/rules/pods.ts';
import { noPods } from '../diagnosis/rules/selector.ts';
import { events } from '../probes/events.ts';
import { pods } from '../probes/pods.ts';
import { workloads } from '../probes/workloads.ts';

export const apiGateway502 = playbook({
  issueType: 'api-gateway-502',
  title: 'The API gateway answers 502',
  probes: { pods, workloads, events },
  rules: ({ pods, workloads, events }, { now, samples }) => {
    const around: Around = {
      now,
      events: events.ok ? events.data.all : undefined,
      workloads: workloads.ok ? workloads.data.all : undefined,
    };
    return whenSeen(pods, (seen) => [...noPods(seen, around.workloads ?? []), ...judgePods(seen.all, around, samples)]);
  },
});
