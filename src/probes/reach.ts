/**
 * Reaches one service step by step, each with a limit: its name, its port, its certificate, its answer. Nothing is sent
 * but a plain GET without credentials; what it answers is not read, and where it redirects to is not followed.
 */
import { lookup } from 'node:dns/promises';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { connect as secure, type TLSSocket } from 'node:tls';
import type { Reached, ReachStep } from '../diagnosis/reached.ts';
import { reasonOf } from '../diagnosis/words.ts';
import type { Milliseconds } from '../incident/policy.ts';

export interface Asked {
  host: string;
  port: number;
  isFromLog: boolean;
  /** absent: its port is tried, and nothing is asked of it */
  http?: { path: string; isSecure: boolean } | undefined;
}

const stepMs: Milliseconds = 2_000;

export async function reach(asked: Asked, limitMs = stepMs): Promise<Reached> {
  const { host, port, isFromLog, http } = asked;
  const reached: Reached = { service: nameOf(asked), host, port, isFromLog, steps: [] };
  const open: Socket[] = [];
  const opened = <S extends Socket>(socket: S): S => {
    // an error after its step is over has nobody else to hear it, and would end the process
    socket.on('error', () => {});
    open.push(socket);
    return socket;
  };
  const by = stepper(reached, limitMs);
  try {
    const { address } = await by('DNS', () => lookup(host));
    const plain = await by('TCP', (signal) => connected(opened(connect({ host: address, port, signal })), 'connect'));
    const socket = http?.isSecure
      ? await by('TLS', () => connected(opened(secure({ socket: plain, ...named(host) })), 'secureConnect'))
      : plain;
    if (http) reached.status = await by('HTTP', (signal) => statusOf({ asked, path: http.path, socket, signal }));
  } catch (error) {
    // every step has written down how it failed; what is no step is a fault of ours
    if (!reached.failed) throw error;
  } finally {
    for (const socket of open) socket.destroy();
  }
  return reached;
}

const nameOf = ({ host, port, http }: Asked): string =>
  http ? `${http.isSecure ? 'https' : 'http'}://${host}:${port}${http.path}` : `${host}:${port}`;

/** A server name may not be an address. */
const named = (host: string): { servername?: string } => (/^[\d.]+$|:/.test(host) ? {} : { servername: host });

function stepper(reached: Reached, limitMs: Milliseconds) {
  return async <T>(step: ReachStep, take: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const started = performance.now();
    const ms = (): number => Math.round(performance.now() - started);
    const late = Promise.withResolvers<never>();
    const ending = new AbortController();
    const timer = setTimeout(() => late.reject(new Error(`no answer within ${limitMs / 1_000} s`)), limitMs);
    try {
      const result = await Promise.race([take(ending.signal), late.promise]);
      reached.steps.push({ step, ms: ms() });
      return result;
    } catch (error) {
      reached.failed = { step, why: whyOf(error), ms: ms() };
      ending.abort();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  };
}

const sentences: Record<string, string> = {
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name server did not answer',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  ETIMEDOUT: 'no answer',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by nobody that is trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by nobody that is trusted here',
};

function whyOf(error: unknown): string {
  const code = Error.isError(error) && 'code' in error ? String(error.code) : '';
  const sentence = sentences[code];
  return sentence === undefined ? reasonOf(error) : `${sentence} (${code})`;
}

async function connected<S extends Socket | TLSSocket>(socket: S, event: 'connect' | 'secureConnect'): Promise<S> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once(event, resolve).once('error', reject);
  socket.once('close', () => reject(new Error('it closed the connection')));
  await promise;
  return socket;
}

interface StatusOf {
  asked: Asked;
  path: string;
  socket: Socket;
  signal: AbortSignal;
}

async function statusOf({ asked: { host, port }, path, socket, signal }: StatusOf): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const asking = request({
    host,
    port,
    path,
    signal,
    createConnection: () => socket,
    headers: { 'user-agent': 'responder' },
  });
  asking.on('response', ({ statusCode = 0 }) => resolve(statusCode)).on('error', reject);
  asking.end();
  return promise;
}
