/** A kubeconfig for an account of the sandbox's cluster, as kubectl and client libraries read it. */

interface Contact {
  url: string;
  /** PEM */
  ca: string;
  token: string;
  namespace: string;
}

export function kubeconfigText({ url, ca, token, namespace }: Contact): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'sandbox',
    clusters: [
      { name: 'sandbox', cluster: { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } },
    ],
    users: [{ name: 'sandbox', user: { token } }],
    contexts: [{ name: 'sandbox', context: { cluster: 'sandbox', user: 'sandbox', namespace } }],
  };
  // every JSON is YAML
  return `${JSON.stringify(config, undefined, 2)}\n`;
}
