/** What a real control plane must be given in another form than it shows: what it fills in or works out by itself goes. */
import { isObject } from '../../slack/json.ts';
import type { NamedPod } from '../objects/names.ts';
import type { ApiObject, Meta, Pod } from '../objects/object.ts';

/** What a client may say of an object that is to be made. Owners come by adoption. */
const said = ({ name, namespace, labels, annotations }: Meta): object => ({ name, namespace, labels, annotations });

export function asked(object: ApiObject): object {
  const { status: _worked, metadata, ...rest } = object;
  return { ...rest, metadata: said(metadata), ...(isObject(object.spec) && { spec: specOf(object, object.spec) }) };
}

function specOf({ kind }: ApiObject, spec: Record<string, unknown>): object {
  switch (kind) {
    case 'Service':
      return { ...spec, clusterIP: undefined, clusterIPs: undefined };
    // its own hash of the template differs from ours: otherwise it would replace every pod
    case 'StatefulSet':
    case 'DaemonSet':
      return { ...spec, updateStrategy: { type: 'OnDelete' } };
    default:
      return spec;
  }
}

/** kwok leaves the status of a held pod to us, and measures what the annotations say. A pod that must hang has a finalizer. */
export function heldPod(pod: Pod, { containers = {}, deleted }: NamedPod): object {
  const told = Object.values(containers);
  const memory = isRunning(pod) ? told.find((one) => one.memory)?.memory : '0';
  const cpu = told.find((one) => one.cpu)?.cpu;
  const annotations = { 'play/hold': 'yes', ...(memory && { 'play/memory': memory }), ...(cpu && { 'play/cpu': cpu }) };
  const finalizers = deleted === undefined ? [] : [finalizer];
  const spec = { ...pod.spec, ...(pod.spec.nodeName === undefined && { schedulerName: 'nobody' }) };
  return { ...asked(pod), metadata: { ...said(pod.metadata), annotations, finalizers }, spec };
}

/** kwok measures a pod between two crashes as well; of one without memory the metrics server says nothing, as of a real one. */
const isRunning = ({ status }: Pod): boolean => (status.containerStatuses ?? []).some(({ state }) => state.running);

const finalizer = 'sandbox.example/hangs';

/** A rollout that is stuck has to miss a deadline in our own time. */
export const isStuck = (object: ApiObject): boolean =>
  JSON.stringify(object.status ?? {}).includes('"ProgressDeadlineExceeded"');
