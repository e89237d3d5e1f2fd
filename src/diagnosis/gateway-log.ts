/** What the log of a gateway built on nginx says: how requests were answered, and what it complains of. */
import type { Instant } from '../incident/incident.ts';

export type Trouble =
  | 'refused'
  | 'unreachable'
  | 'closed'
  | 'reset'
  | 'tls'
  | 'big-header'
  | 'timeout'
  | 'no-peer'
  | 'dns'
  | 'no-route'
  | 'worker-killed';

export interface Answer {
  at: Instant;
  status: number;
  /** by which complaints about the same request are found */
  id?: string | undefined;
}

export interface Complaint {
  at: Instant;
  pod: string;
  trouble: Trouble;
  /** where the gateway tried to go */
  upstream?: { host: string; port?: number | undefined } | undefined;
  id?: string | undefined;
  text: string;
}

export interface GatewayLog {
  /** whose log was read */
  pods: string[];
  lines: number;
  /** oldest first, as the complaints: of the last hour alone */
  answers: Answer[];
  complaints: Complaint[];
  gaps: string[];
}

export const badGateway = 502;

/** Complaints that end as a 502, unless another try of the same request went well. */
const endAs502 = new Set<Trouble>(['refused', 'unreachable', 'closed', 'reset', 'tls', 'big-header']);

/** `all` is 0 where requests are not logged: then only complaints count. */
export function failuresOf({ answers, complaints }: GatewayLog): { failed: number; all: number } {
  if (answers.length > 0)
    return { failed: answers.filter(({ status }) => status === badGateway).length, all: answers.length };
  const failing = complaints.filter(({ trouble }) => endAs502.has(trouble));
  const requests = new Set(failing.map(({ id }, n) => id ?? n));
  return { failed: requests.size, all: 0 };
}
