/** Why nothing was seen, as a sentence: from what the API answers, or from how the connection failed. */
import { z } from 'zod';
import type { Kind, Verb } from '../../diagnosis/cluster.ts';
import { CannotSee } from '../../errors.ts';

/** What is asked for, in the words of a role. */
export interface Purpose {
  kind: Kind;
  verbs: readonly Verb[];
  subresource?: 'log' | 'exec';
  namespace?: string;
  pod?: string;
}

export interface Answer {
  status: number;
  body: string;
  /** seconds after which to come again, where the other side says it */
  retryAfter?: string;
}

/** Bodies are foreign: one line, no control characters, not a page of HTML. */
const most = 240;
// oxlint-disable-next-line no-control-regex -- they are what is taken out
const controls = /[\s\u0000-\u001f\u007f]+/g;

const Status = z.object({ message: z.string() });

function messageOf(body: string): string {
  const parsed = Status.safeParse(json(body));
  const text = parsed.success ? parsed.data.message : body;
  return text.trimStart().startsWith('<') ? '' : text;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function colon(message: string): string {
  const line = message.replaceAll(controls, ' ').trim().slice(0, most);
  return line === '' ? '' : `: ${line}`;
}

const resourceOf = ({ kind, subresource }: Purpose): string =>
  subresource === undefined ? kind.plural : `${kind.plural}/${subresource}`;
const ofGroup = ({ group }: Kind): string => (group === '' ? '' : ` (${group})`);
const inside = ({ namespace }: Purpose): string => (namespace === undefined ? '' : ` in ${namespace}`);
const whoOf = ({ group }: Kind): string => (group === 'metrics.k8s.io' ? 'the metrics server' : 'the cluster');

/** For an answer that is no success. */
export function refusalOf(answer: Answer, purpose: Purpose): CannotSee {
  const { status } = answer;
  const message = colon(messageOf(answer.body));
  const who = whoOf(purpose.kind);
  if (status === 401) return new CannotSee('refused', 'the cluster does not take the credentials, or not any more');
  if (status === 403) return forbidden(answer, purpose);
  if (status === 404) return missing(purpose, message);
  if (status === 429) return new CannotSee('busy', `${who} has too much to do${later(answer)}`);
  // of one pod it is what that pod has not: a container, a log, an earlier run
  if (status === 400)
    return new CannotSee(purpose.pod === undefined ? 'unreadable' : 'absent', `${who} says${message}`);
  if (status >= 500) return new CannotSee('unreachable', `${who} is not able to answer (${status})${message}`);
  return new CannotSee('unreadable', `${who} gave an answer (${status}) that is not understood${message}`);
}

const later = ({ retryAfter = '' }: Answer): string =>
  /^\d{1,5}$/.test(retryAfter) ? ` and asks to come again in ${retryAfter} s` : '';

/** Whose account it is stands in the API's own message alone, and last in ours: a long name may be cut off. */
function forbidden({ body }: Answer, purpose: Purpose): CannotSee {
  const verbs = purpose.verbs.join(' and ');
  const [, account] = /User "([\w:.@-]{1,200})"/.exec(messageOf(body)) ?? [];
  const resource = resourceOf(purpose);
  const asked = `${verbs} ${resource}${inside(purpose)}`;
  const group = ofGroup(purpose.kind);
  const allow = `grant ${purpose.verbs.map((verb) => `\`${verb}\``).join(' and ')} on \`${resource}\`${group}`;
  const sentence = `the bot may not ${asked}: ${allow} to ${account ?? 'its account'}`;
  return new CannotSee('forbidden', sentence, { grant: `${asked}${group}` });
}

/** A list is there even when it is empty: what is missing then is the kind itself. */
function missing({ kind, pod, namespace }: Purpose, message: string): CannotSee {
  if (pod !== undefined) return new CannotSee('absent', `pod ${pod} in ${namespace} is not there${message}`);
  if (kind.group === 'metrics.k8s.io') return new CannotSee('absent', 'the metrics server is not installed');
  return new CannotSee('absent', `the cluster knows no ${kind.plural}${ofGroup(kind)} in version ${kind.version}`);
}

const Failure = z.object({ code: z.string() });

const codeOf = (error: unknown): string => Failure.safeParse(error).data?.code ?? '';

const untrusted = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_SIGNATURE_FAILURE',
]);

const sentences: Record<string, string> = {
  ECONNREFUSED: 'nothing listens at the address of the cluster',
  ENOTFOUND: 'the name of the cluster is not known here',
  EAI_AGAIN: 'the name of the cluster could not be looked up',
  EHOSTUNREACH: 'there is no way to the cluster from here',
  ENETUNREACH: 'there is no way to the cluster from here',
  ETIMEDOUT: 'the cluster did not take the connection',
  UND_ERR_CONNECT_TIMEOUT: 'the cluster did not take the connection',
  CERT_HAS_EXPIRED: 'the certificate of the cluster has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate of the cluster is for another name',
  EPROTO: 'what listens at the address of the cluster does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'what listens at the address of the cluster does not speak TLS',
  ECONNRESET: 'the connection broke before the answer was whole',
  EPIPE: 'the connection broke before the answer was whole',
  UND_ERR_SOCKET: 'the connection broke before the answer was whole',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'the answer is larger than is read here',
};

/** For a call that got no answer; what it was called with, credentials too, stays out of the sentence. */
export function unreached(error: unknown): CannotSee {
  if (error instanceof CannotSee) return error;
  const code = codeOf(error);
  if (untrusted.has(code))
    return new CannotSee('unreachable', 'the certificate of the cluster is not signed by the CA that is configured', {
      cause: error,
    });
  const because = code === '' ? '' : ` (${code})`;
  return new CannotSee('unreachable', sentences[code] ?? `the cluster gave no answer${because}`, { cause: error });
}
