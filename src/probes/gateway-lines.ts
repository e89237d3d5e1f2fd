/** One line of the gateway's log: an error line of nginx, an access line of Kong's own form, or one in JSON. */
import { z } from 'zod';
import type { Answer, Complaint, Trouble } from '../diagnosis/gateway-log.ts';
import type { Instant } from '../incident/incident.ts';

/** nginx names clients' troubles in the same words: what is not about an upstream is not the gateway's. */
const signs: [Trouble, RegExp][] = [
  ['refused', /connect\(\) failed \(111\b/],
  ['unreachable', /connect\(\) failed \(113\b/],
  ['closed', /upstream prematurely closed connection/],
  ['reset', /\(104: Connection reset by peer\).*upstream/],
  ['tls', /SSL_do_handshake\(\) failed.*upstream|upstream SSL certificate|certificate verify.*upstream/],
  ['big-header', /upstream sent too big header/],
  ['timeout', /upstream timed out \(110\b/],
  ['no-peer', /failure to get a peer from the ring-balancer/],
  ['dns', /DNS resolution failed|name resolution failed/i],
  ['no-route', /no Route matched/i],
  ['worker-killed', /worker process \d+ exited on signal 9/],
];

const errorLine = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[\w+\] \d+#\d+: (?:\*\d+ )?(.*)$/s;
const accessLine = /^\S+ - [^[]*\[[^\]]+\] "(?:[^"\\]|\\.)*" (\d{3}) \S+ "(?:[^"\\]|\\.)*" "((?:[^"\\]|\\.)*)"(.*)$/s;

/** what strangers send is in it: no more than this is taken apart */
const longest = 4_000;

/** The kubelet's own asking says nothing about users. */
const isKubelet = (agent: string): boolean => agent.startsWith('kube-probe/');

export type Read = { answer: Answer } | { complaint: Omit<Complaint, 'pod'> } | undefined;

/** `text` without the time that the container's runtime put before it. */
export function readLine(at: Instant, line: string): Read {
  const text = line.slice(0, longest);
  if (text.startsWith('{')) return inJson(at, text);
  const [, status, agent = '', rest = ''] = accessLine.exec(text) ?? [];
  if (status !== undefined)
    return isKubelet(agent) ? undefined : { answer: { at, status: Number(status), id: requestId(rest) } };
  const [, message] = errorLine.exec(text) ?? [];
  return message === undefined ? undefined : complaintIn(at, message);
}

/** It stands at the end of a line, behind all that strangers send. */
const requestId = (text: string): string | undefined => /^.*request_id: "([\w-]+)"/s.exec(text)?.[1];

/** What is said of the request comes behind the trouble, and may hold any words: a path can be called anything. */
function complaintIn(at: Instant, message: string): Read {
  const [said = ''] = message.split(/, client: /, 1);
  const trouble = signs.find(([, sign]) => sign.test(said))?.[0];
  return (
    trouble && { complaint: { at, trouble, upstream: upstreamIn(message), id: requestId(message), text: message } }
  );
}

/** A stranger's path or referrer can hold the same words: what stands there twice is not believed. */
function upstreamIn(message: string): Complaint['upstream'] {
  const found = [...message.matchAll(/upstream: "(?:\w+:\/\/)?(\[[\da-fA-F:.]+\]|[^"/:]+)(?::(\d+))?/g)];
  const [, host, port] = found[0] ?? [];
  if (host === undefined || found.length > 1) return undefined;
  return { host: host.replaceAll(/[[\]]/g, ''), port: port === undefined ? undefined : Number(port) };
}

const Text = z.string().optional().catch(undefined);
const Status = z.coerce.number().int().min(100).max(599).optional().catch(undefined);
const AccessLine = z.object({
  status: Status,
  response: z.object({ status: Status }).optional().catch(undefined),
  request_id: Text,
  kong_request_id: Text,
  request: z.object({ id: Text }).optional().catch(undefined),
  http_user_agent: Text,
});

function inJson(at: Instant, text: string): Read {
  const line = AccessLine.safeParse(parsed(text)).data;
  if (!line || isKubelet(line.http_user_agent ?? '')) return undefined;
  const status = line.status ?? line.response?.status;
  return status === undefined ? undefined : { answer: { at, status, id: idOf(line) } };
}

const idOf = ({ kong_request_id, request_id, request }: z.infer<typeof AccessLine>): string | undefined =>
  kong_request_id ?? request_id ?? request?.id;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
