/** Which cluster is looked at. Apart from the rest, which costs a second and 80 MB to load where nothing is looked at. */
import { existsSync } from 'node:fs';

/** `kubeconfig`: one path or several, as kubectl takes them */
export type Where = { kubeconfig: string } | 'own pod';

const token = '/var/run/secrets/kubernetes.io/serviceaccount/token';

export function whereIsCluster(kubeconfig: string | undefined, isThere = existsSync): Where | undefined {
  if (kubeconfig !== undefined) return { kubeconfig };
  return isThere(token) ? 'own pod' : undefined;
}
