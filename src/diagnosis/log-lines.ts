/** Lines of a log made comparable: secrets and numbers masked, each known kind of trouble named, hosts picked out. */
import { redact } from './redact.ts';
import { oneLine } from './words.ts';

export const lineClasses = [
  'timeout',
  'refused',
  'dns',
  'reset',
  'deadlock',
  'lease',
  'out-of-memory',
  'auth',
] as const;
export type LineClass = (typeof lineClasses)[number];

/** The first that fits: a name that does not resolve is no time-out, though its line may speak of one. */
const signs: [LineClass, RegExp][] = [
  [
    'out-of-memory',
    /out of memory|OutOfMemory|\bOOM\b|OOMKill|heap limit|Cannot allocate memory|\bENOMEM\b|MemoryError/i,
  ],
  ['deadlock', /deadlock|\b40P01\b/i],
  [
    'lease',
    /(?:lost|lose|losing|failed|unable|cannot|could not|stopped|expired).{0,40}(?:lease|leader)|(?:lease|leader(?:ship)?).{0,40}(?:lost|expired|failed|held by|not acquired|stale)/i,
  ],
  [
    'dns',
    /ENOTFOUND|EAI_AGAIN|getaddrinfo|no such host|name or service not known|name resolution|server misbehaving|UnknownHost|could not resolve/i,
  ],
  ['refused', /ECONNREFUSED|connection refused|actively refused/i],
  ['reset', /ECONNRESET|EPIPE|connection reset|broken pipe|socket hang up|unexpected EOF/i],
  [
    'auth',
    /\b401\b.{0,40}unauthori[sz]ed|\bunauthori[sz]ed\b|\b403\b.{0,40}forbidden|authentication failed|invalid (?:api[ _-]?key|token|credentials)|token (?:has )?expired|permission denied|access denied/i,
  ],
  [
    'timeout',
    /E(?:SOCKET)?TIMEDOUT|timed out|deadline exceeded|Timeout(?:Error|Exception)|(?:request|connect|connection|read|query|socket|gateway|i\/o|operation|step|task) timeout|timeout (?:after|exceeded|of|while|waiting|error|reached)/i,
  ],
];

/** A line that says all is well uses the same words: only such that complain are counted. */
const calm =
  /\b(?:retry succeeded|recovered|reconnected|no errors?|0 errors|acquired lease|became leader|successfully)\b/i;

export const classOf = (line: string): LineClass | undefined =>
  calm.test(line) ? undefined : signs.find(([, sign]) => sign.test(line))?.[0];

const masks: [RegExp, string][] = [
  // a secret without a shape: only here, where words may be lost, does whatever follows these count as one
  [
    /\b(authorization|bearer|basic|token|password|passwd|pwd|secret|api[-_]?key|cookie|session)\s+[^\s"',;&]{3,}/gi,
    '$1 <secret>',
  ],
  [/\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/g, '<mail>'],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?/g, '<time>'],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b(?:0x)?(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi, '<id>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '<address>'],
  [/\?[^\s"']+/g, '?<query>'],
  [/\d+/g, '#'],
];

/** Two lines that say the same of other things become one. Secrets first: what follows must not leave pieces of them. */
export const masked = (line: string): string =>
  masks
    .reduce((text, [what, by]) => text.replaceAll(what, by), oneLine(redact(line.slice(0, 2_000)), 600))
    .slice(0, 200);

export interface Host {
  name: string;
  port?: number | undefined;
}

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const name = `${label}(?:\\.${label})*`;
/** After these a single word is a host; elsewhere a dotted word is a file, a class or a version. */
const surely = [
  new RegExp(`\\b[a-z][a-z0-9+.-]*://(?:[^\\s/@]*@)?(${name})(?::(\\d{2,5}))?`, 'g'),
  new RegExp(`\\b(?:ENOTFOUND|EAI_AGAIN) (${name})(?::(\\d{2,5}))?(?![\\w.])`, 'g'),
  new RegExp(`(?<![\\w.-])(${label}(?:\\.${label})?\\.svc(?:\\.${label})*)(?::(\\d{2,5}))?`, 'g'),
];
/** After these it is one only with a dot or a port: "failed to connect to database" names none. */
const perhaps = new RegExp(
  `\\b(?:ECONNREFUSED|ETIMEDOUT|ECONNRESET|lookup|host|upstream|dial tcp|connect(?:ing|ion)? to|request to|call to)[ "':]+(${name})(?::(\\d{2,5}))?(?![\\w.]|:/)`,
  'g',
);
const isAddress = /^[\d.]+$/;

export function hostsIn(line: string): Host[] {
  const text = line.slice(0, 2_000);
  const found = [
    ...surely.flatMap((mention) => [...text.matchAll(mention)]),
    ...[...text.matchAll(perhaps)].filter(([, name = '', port]) => name.includes('.') || port !== undefined),
  ];
  const hosts = found.map(([, name = '', port]) => ({ name, port: port === undefined ? undefined : Number(port) }));
  const named = hosts.filter(({ name }) => !isAddress.test(name) && name !== 'localhost');
  return [...new Map(named.map((host) => [host.name, host])).values()];
}
