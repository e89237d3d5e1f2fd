/** A server over TLS that answers as a test says, also as no Kubernetes API should, and a kubeconfig that leads to it. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';

export type Answering = (request: IncomingMessage, response: ServerResponse) => void;
export type Upgrading = (channels: Channels, request: IncomingMessage) => void;

/** The server's half of an exec: what it says on a channel, and the two ways to end. */
export interface Channels {
  say(channel: number, data: string | Buffer): void;
  /** a frame without a channel */
  sayNothing(): void;
  close(): void;
  reset(): void;
}

export interface Api {
  port: number;
  /** one line each: method, path with query */
  asked: string[];
  tokens: (string | undefined)[];
  connections: number;
  answers: Answering;
  /** nothing here refuses the upgrade with 403 */
  runs: Upgrading | undefined;
  folder: string;
  /** path of a new kubeconfig; without changes it leads here */
  kubeconfig(changes?: { ca?: string; server?: string; user?: object; cluster?: object }): string;
  /** of another authority, which signed nothing here */
  otherCa: string;
  end(): Promise<void>;
}

export const token = 'hush-hush-token';

const made = mkdtempSync(join(tmpdir(), 'responder-certificates-'));
const own = certificate(made, 'own');
const other = certificate(made, 'other');
rmSync(made, { recursive: true });

export async function startApi(): Promise<Api> {
  const folder = mkdtempSync(join(tmpdir(), 'responder-api-'));
  const server = createServer({ key: own.key, cert: own.cert });
  const sockets = new Set<Socket>();
  let files = 0;
  const api: Api = {
    port: 0,
    asked: [],
    tokens: [],
    connections: 0,
    answers: (_request, response) => response.writeHead(500).end(),
    runs: undefined,
    folder,
    otherCa: other.cert,
    kubeconfig({ ca = own.cert, server: address = `https://127.0.0.1:${api.port}`, user, cluster } = {}) {
      const path = join(folder, `kubeconfig-${files++}`);
      const caData = Buffer.from(ca).toString('base64');
      const config = {
        clusters: [{ name: 'c', cluster: { server: address, 'certificate-authority-data': caData, ...cluster } }],
        users: [{ name: 'u', user: user ?? { token } }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
      };
      writeFileSync(path, JSON.stringify(config));
      return path;
    },
    async end() {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await once(server.close(), 'close');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  server.on('secureConnection', (socket: Socket) => {
    api.connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  const note = ({ method, url, headers }: IncomingMessage): void => {
    api.asked.push(`${method} ${url}`);
    api.tokens.push(headers.authorization);
  };
  server.on('request', (request, response) => {
    note(request);
    api.answers(request, response);
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    note(request);
    if (!api.runs) socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
    else api.runs(accept(request, socket), request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  api.port = address.port;
  return api;
}

function certificate(folder: string, name: string): { key: string; cert: string } {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

function accept(request: IncomingMessage, socket: Duplex): Channels {
  const proof = createHash('sha1').update(
    `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`,
  );
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${proof.digest('base64')}`,
    'Sec-WebSocket-Protocol: v5.channel.k8s.io',
  ];
  socket.on('error', () => {});
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  return {
    sayNothing: () => void socket.write(binaryFrame(Buffer.alloc(0))),
    say: (channel, data) => void socket.write(binaryFrame(Buffer.concat([Buffer.from([channel]), Buffer.from(data)]))),
    close: () => void socket.end(Buffer.from([0x88, 2, 3, 232])),
    reset: () => socket.destroy(),
  };
}

function binaryFrame(data: Buffer): Buffer {
  const head = Buffer.alloc(10);
  head[0] = 0x82;
  head[1] = 127;
  head.writeBigUInt64BE(BigInt(data.length), 2);
  return Buffer.concat([head, data]);
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answering =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

export const text =
  (status: number, body: string): Answering =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'text/plain' }).end(body);

/** A refusal as the API writes it. */
export const status = (code: number, reason: string, message: string): Answering =>
  json(code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code });
