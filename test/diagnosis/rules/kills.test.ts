/** Who ended a container by SIGKILL, as the events of its pod and of its node say it. */
import { expect, it } from '@jest/globals';
import type { Finding } from '../../../src/diagnosis/diagnosis.ts';
import { otherKills } from '../../../src/diagnosis/rules/kills.ts';
import { eventOf } from '../../../src/probes/events.ts';
import { podOf } from '../../../src/probes/pod-row.ts';
import type { ApiObject } from '../../probes/cluster.ts';
import { ended, event, now, pod } from '../../probes/objects.ts';

function judge(said: { ofPod?: ApiObject; ofNode?: ApiObject }): Finding | undefined {
  const killed = podOf(pod({ name: 'api-1', node: 'node-7', status: { lastState: ended('Error', 137, 2) } }));
  const [events, nodeEvents] = [said.ofPod, said.ofNode].map((one) => (one ? [eventOf(one)] : []));
  return otherKills([killed], { now, thresholds: {}, events, nodeEvents })[0];
}

const ofNode = (about: string, ago: number, reason = 'SystemOOM'): ApiObject =>
  event({ about, kind: 'Node', reason, message: 'out of memory', ago });

it.each(['SystemOOM', 'OOMKilling'])('is its node where the node says so: %s', (reason) => {
  expect(judge({ ofNode: ofNode('node-7', 2, reason) })).toMatchObject({
    cause: 'node',
    summary: expect.stringContaining(`${reason}: out of memory`),
  });
});

it.each([
  ['of another node', ofNode('node-8', 2)],
  ['of long before', ofNode('node-7', 9)],
])('is left open where the event is %s', (_name, event) => {
  expect(judge({ ofNode: event })?.summary).toMatch(/no event says by whom/);
});

it('is what was said of the pod itself, however much later its node ran out', () => {
  const liveness = event({ about: 'api-1', reason: 'Killing', message: 'Container app failed liveness probe', ago: 2 });

  const found = judge({ ofPod: liveness, ofNode: ofNode('node-7', 1) });

  expect(found?.summary).toContain('Killing: Container app failed liveness probe');
  expect(found).not.toHaveProperty('cause');
});
