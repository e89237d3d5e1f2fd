/** Where the cluster is and what proves who asks: kubeconfig files, or the service account of the bot's own pod. */
import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import { type Cluster, KubeConfig } from '@kubernetes/client-node';
import { z } from 'zod';
import { CannotSee } from '../../errors.ts';
import type { Where } from './where.ts';

const bytes = z.custom<Buffer>((value) => Buffer.isBuffer(value));

/** What a connection is made with, read again for each: tokens and certificates are replaced while the bot runs. */
const Made = z.object({
  headers: z.record(z.string(), z.string()).default({}),
  auth: z.string().exactOptional(),
  ca: bytes.exactOptional(),
  cert: z.union([z.string(), bytes]).exactOptional(),
  key: z.union([z.string(), bytes]).exactOptional(),
  servername: z.string().exactOptional(),
  rejectUnauthorized: z.boolean().exactOptional(),
});

export interface Proof {
  headers: Record<string, string>;
  tls: Omit<z.infer<typeof Made>, 'headers' | 'auth'>;
}

/** The little that ws waits for by itself: a handshake that hangs cannot be ended from outside. */
const handshakeTimeout = 5_000;

class Config extends KubeConfig {
  /** client-node 2.0.1 keeps the agent of a web socket, and with it a client certificate that was replaced since */
  override async applyToHTTPSOptions(options: Parameters<KubeConfig['applyToHTTPSOptions']>[0]): Promise<void> {
    await super.applyToHTTPSOptions(options);
    Object.assign(options, { handshakeTimeout });
    if (!this.getCurrentCluster()?.proxyUrl) delete options.agent;
  }
}

export interface Credentials {
  config: KubeConfig;
  cluster: Cluster;
  /** rejects with a `CannotSee` when it cannot be made */
  proof(): Promise<Proof>;
}

/** Throws a `CannotSee` for what is no usable configuration; never quotes a file, which holds keys. */
export function readCredentials(where: Where): Credentials {
  const config = read(where);
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new CannotSee('absent', 'the kubeconfig has no current context that names a cluster');
  if (!cluster.server.startsWith('https:') && !cluster.skipTLSVerify)
    throw new CannotSee('absent', 'the kubeconfig leads to an address without TLS, where credentials are not sent');
  return { config, cluster, proof: () => prove(config) };
}

function read(where: Where): KubeConfig {
  try {
    return where === 'own pod' ? inCluster() : fromFiles(where.kubeconfig);
  } catch (error) {
    if (error instanceof CannotSee) throw error;
    throw new CannotSee('absent', 'KUBECONFIG names a file that cannot be read as a kubeconfig');
  }
}

function inCluster(): KubeConfig {
  const config = new Config();
  config.loadFromCluster();
  return config;
}

/** Several files are one, as for kubectl: those that are not there do not count, the first context is the current one. */
function fromFiles(paths: string): KubeConfig {
  const [first, ...others] = paths.split(delimiter).filter((path) => path !== '' && existsSync(path));
  if (first === undefined) throw new CannotSee('absent', 'KUBECONFIG names no file that is there');
  const config = new Config();
  config.loadFromFile(first);
  for (const path of others) {
    const more = new KubeConfig();
    more.loadFromFile(path);
    config.mergeConfig(more, Boolean(config.getCurrentContext()));
  }
  return config;
}

/** A login command may print a token with its complaint: its words go nowhere. */
async function prove(config: KubeConfig): Promise<Proof> {
  const made: Parameters<KubeConfig['applyToHTTPSOptions']>[0] = {};
  try {
    await config.applyToHTTPSOptions(made);
  } catch {
    throw new CannotSee(
      'refused',
      'the credentials of the cluster could not be made: a file or a login command failed',
    );
  }
  const { headers, auth, ...tls } = Made.parse(made);
  const basic = auth === undefined ? {} : { Authorization: `Basic ${Buffer.from(auth).toString('base64')}` };
  return { headers: { ...headers, ...basic }, tls };
}
