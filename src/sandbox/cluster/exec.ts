/** Commands in a container, over WebSocket channels (v5 and v4): output on 1 and 2, how it ended on 3. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ClusterFault } from './effects.ts';
import { acceptChannels, type Channels } from './frames.ts';
import { chosen } from './logs.ts';
import type { Pod } from './objects/object.ts';
import { Refused, type Status } from './refused.ts';
import type { Scene } from './scene.ts';

type Exec = NonNullable<Scene['execs']>[number];

const channel = { stdin: 0, stdout: 1, stderr: 2, status: 3, close: 255 };

/** In the order in which the API server prefers them. */
const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

export interface Command {
  pod: Pod;
  query: URLSearchParams;
  execs: Exec[];
  /** `stall`: it never ends; `truncated`: the connection goes before the command has ended */
  effect?: ClusterFault | undefined;
}

/** The protocol that both sides speak. */
export function protocolOf(request: IncomingMessage): string {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
  const found = protocols.find((one) => offered.includes(one));
  if (found === undefined) throw new Refused(400, `unable to upgrade: no protocol of ${offered.join(', ')} is known`);
  return found;
}

export function mustBePlaced({ spec, metadata: { name } }: Pod): void {
  if (spec.nodeName === undefined) throw new Refused(400, `pod ${name} does not have a host assigned`);
}

/**
 * A command with input ends when its input does, which v5 says in a frame of its own and v4 cannot say at all: there it
 * ends at once.
 */
export function runCommand(request: IncomingMessage, socket: Duplex, command: Command): void {
  const protocol = protocolOf(request);
  const waitsForInput = command.query.get('stdin') === 'true' && protocol === protocols[0];
  const heard = {
    message(data: Buffer): void {
      if (waitsForInput && data[0] === channel.close && data[1] === channel.stdin) finish(channels, command);
    },
  };
  const channels = acceptChannels(request, socket, { protocol, heard });
  if (!waitsForInput) finish(channels, command);
}

function finish(channels: Channels, command: Command): void {
  const { stdout = '', stderr = '', status } = outcomeOf(command);
  if (command.effect?.kind === 'stall') return;
  if (stdout) channels.send(channel.stdout, Buffer.from(stdout));
  if (stderr) channels.send(channel.stderr, Buffer.from(stderr));
  if (command.effect?.kind === 'truncated') return channels.cut();
  channels.send(channel.status, Buffer.from(JSON.stringify(status)));
  channels.close();
}

type Outcome = Pick<Exec, 'stdout' | 'stderr'> & { status: object };

function outcomeOf({ pod, query, execs }: Command): Outcome {
  const words = query.getAll('command');
  const container = chosen(pod, query.get('container'));
  const runs = pod.status.containerStatuses?.find(({ name }) => name === container)?.state.running;
  if (!runs) return { status: internal(`unable to upgrade connection: container not found ("${container}")`) };
  const found = execs.find((one) => one.pod === pod.metadata.name && begins(words, one.command));
  if (found) return { ...found, status: ended(found.exitCode ?? 0) };
  const why = `exec: "${words[0]}": executable file not found in $PATH`;
  return { status: internal(`error executing command in container: failed to exec in container: ${why}`) };
}

const begins = (words: string[], first: string[]): boolean => first.every((word, n) => words[n] === word);

const internal = (message: string): Status =>
  new Refused(500, `Internal error occurred: ${message}`, { details: { causes: [{ message }] } }).status;

const ended = (exitCode: number): object =>
  exitCode === 0
    ? { metadata: {}, status: 'Success' }
    : {
        metadata: {},
        status: 'Failure',
        message: `command terminated with non-zero exit code: error executing command, exit code ${exitCode}`,
        reason: 'NonZeroExitCode',
        details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
      };
