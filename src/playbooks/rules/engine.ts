/** What all findings about the workflow engine have in common. */
import { type ContainerUse, restartPod } from '../../diagnosis/container-use.ts';
import type { Finding } from '../../diagnosis/diagnosis.ts';

export const logsOf = ({ namespace, pod, container }: ContainerUse): string =>
  `kubectl logs ${pod} -c ${container} -n ${namespace} --tail=200 --timestamps`;

export function offering(use: ContainerUse): Pick<Finding, 'offers'> {
  const offers = restartPod(use);
  return offers.length > 0 ? { offers } : {};
}
