/** A command inside a container: words without a shell, no terminal, no input, an end in every case. */
import { z } from 'zod';
import { kinds, type PodAddress, type Ran } from '../../diagnosis/cluster.ts';
import { CannotSee } from '../../errors.ts';
import { pathOfPod } from './names.ts';
import { colon, type Purpose, refusalOf, unreached } from './refusal.ts';
import type { Session, Socket } from './session.ts';

const mostBytes = 1_024 * 1_024;
const channels = { stdout: 1, stderr: 2, status: 3 };

/** How the command ended, as the last thing on a channel of its own. */
const Cause = z.object({ reason: z.string().default(''), message: z.string().default('') });
const Ended = z.object({
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
  details: z.object({ causes: z.array(Cause).default([]) }).default({ causes: [] }),
});

export interface Exec extends PodAddress {
  command: readonly string[];
}

/** Settles by the command's status, the end of the connection, too much output, or the signal, whichever is first. */
export async function exec(session: Session, asked: Exec, signal: AbortSignal): Promise<Ran> {
  const ran = Promise.withResolvers<Ran>();
  // it may be over before anybody waits for it
  ran.promise.catch(() => {});
  const socket = await opened(session, asked, collecting(ran));
  const drop = (): void => socket.end();
  signal.addEventListener('abort', drop);
  try {
    if (signal.aborted) drop();
    return await Promise.race([ran.promise, broken(socket)]);
  } finally {
    signal.removeEventListener('abort', drop);
    drop();
  }
}

async function broken({ closed }: Socket): Promise<never> {
  await closed;
  throw new CannotSee('unreachable', 'the connection broke before the command had ended');
}

function collecting({ resolve, reject }: PromiseWithResolvers<Ran>): (channel: number, data: Buffer) => void {
  const said: Record<number, Buffer[]> = { [channels.stdout]: [], [channels.stderr]: [] };
  let bytes = 0;
  const textOf = (channel: number): string => Buffer.concat(said[channel] ?? []).toString('utf8');
  return (channel, data) => {
    bytes += data.length;
    if (bytes > mostBytes) reject(new CannotSee('unreadable', 'the command said more than the 1 MB that are read'));
    else if (channel === channels.status) settle(data);
    else said[channel]?.push(data);
  };
  function settle(data: Buffer): void {
    try {
      resolve({ exitCode: exitCodeOf(data), stdout: textOf(channels.stdout), stderr: textOf(channels.stderr) });
    } catch (error) {
      reject(error);
    }
  }
}

/** Throws a `CannotSee` when there was no command to have an exit code. */
function exitCodeOf(data: Buffer): number {
  const { status, reason, message, details } = endedOf(data);
  if (status === 'Success') return 0;
  const code = details.causes.find((cause) => cause.reason === 'ExitCode')?.message ?? '';
  if (reason === 'NonZeroExitCode' && /^\d+$/.test(code)) return Number(code);
  if (message.includes('executable file not found')) throw new CannotSee('absent', 'the container has no such command');
  throw new CannotSee('unreadable', `the command did not run, or did not end as commands do${colon(message)}`);
}

function endedOf(data: Buffer): z.infer<typeof Ended> {
  try {
    return Ended.parse(JSON.parse(data.toString('utf8')));
  } catch {
    throw new CannotSee('unreadable', 'how the command ended was not understood');
  }
}

async function opened(session: Session, asked: Exec, frame: (channel: number, data: Buffer) => void): Promise<Socket> {
  const path = `${pathOfPod(asked, 'exec')}?${query(asked).toString()}`;
  try {
    return await session.connect(path, frame);
  } catch (error) {
    throw refusedUpgrade(error, asked);
  }
}

function query({ command, container }: Exec): URLSearchParams {
  const words = new URLSearchParams({ stdout: 'true', stderr: 'true', stdin: 'false', tty: 'false' });
  if (container !== undefined) words.set('container', container);
  for (const word of command) words.append('command', word);
  return words;
}

const Refused = z.object({ message: z.string(), error: z.unknown() });

/** What is thrown holds the request with its credentials, so it is no cause of anything; the body is lost to ws. */
function refusedUpgrade(error: unknown, { namespace, pod }: Exec): CannotSee {
  if (error instanceof CannotSee) return error;
  const refused = Refused.safeParse(error);
  const [, status] = /^Unexpected server response: (\d{3})$/.exec(refused.data?.message ?? '') ?? [];
  // from Kubernetes 1.35 on a web socket needs `create` as well
  const purpose: Purpose = { kind: kinds.pods, verbs: ['get', 'create'], subresource: 'exec', namespace, pod };
  if (status !== undefined) return refusalOf({ status: Number(status), body: '' }, purpose);
  return unreached(refused.data?.error);
}
