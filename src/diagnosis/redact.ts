/** What must not leave in a report, wherever it was read: secrets, and characters that make text look like other text. */
import type { Check, Finding, Report } from './diagnosis.ts';

const gone = '[redacted]';

/** Terminal sequences with all they carry: a title or a link of theirs is no text either. */
const terminal =
  // oxlint-disable-next-line no-control-regex -- control characters are what it is there to remove
  /(?:\u001b\]|\u009d)[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|\u001b[PX^_][^\u001b]*(?:\u001b\\)?|\u001b[ -/]*[0-~]?/g;
/** Control, bidirectional and invisible characters; tags, which spell words that nobody sees. */
const unseen = /(?![\n\t])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

const secretWords =
  'passw(?:or)?d|passwd|passphrase|pwd|secret|token|api[-_. ]?key|access[-_.]?key|account[-_.]?key|private[-_.]?key|signing[-_.]?key|encryption[-_.]?key|credentials?|authorization|session[-_]?id|signature|\\bsig\\b|\\bauth\\b|\\bjwt\\b|\\bpgpass';
const quote = String.raw`(?:\\*["'])`;
const value = String.raw`(?:\\*"(?:[^"\\]|\\[^"])*\\*"?|'[^']*'?|[^\s"',;&|<>{}\[\]()]+)`;

type Rule = [pattern: RegExp, instead: string];

/**
 * In this order: what is longer first, so that no half of it is left. Repeats have an end where a hostile line could make
 * the search start over at each of its characters.
 */
const rules: Rule[] = [
  [/-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----|$)/g, gone],
  // to the last @: a password may hold one
  [
    /\b((?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|kafka|nats|ldaps?|smtps?|ftp):\/\/)[^\s"'<>]{0,1000}@/gi,
    `$1${gone}@`,
  ],
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#"'<>]{0,1000}@/gi, `$1${gone}@`],
  [
    /(\\*["']?(?:proxy-)?authorization\\*["']?\s*[:=]\s*\\*["']?)(?:[a-z][a-z0-9-]*\s+)?[^\s"'\\,;{}[\]]+(?:,\s*\w+="[^"]*")*/gi,
    `$1${gone}`,
  ],
  [/\b((?:set-)?cookie\\*["']?\s*[:=]\s*)[^\r\n]+/gi, `$1${gone}`],
  [/\b(bearer|basic|digest|negotiate)\s+[\w.~+/=-]{6,}/gi, `$1 ${gone}`],
  [/\beyJ[\w-]{4,}\.[\w-]+(?:\.[\w-]*)?(?:\.[\w-]*){0,2}/g, gone],
  [/\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|ANPA)[A-Z0-9]{12,}\b/g, gone],
  [
    /\bgh[a-z]_\w{6,}|\bgithub_pat_\w{6,}|\bglpat-[\w-]{6,}|\bnpm_\w{10,}|\bpypi-[\w-]{10,}|\bdckr_pat_[\w-]{6,}|\bhf_\w{10,}/g,
    gone,
  ],
  [/\bxox[a-z](?:\.[a-z]+)?-[\w-]+|\bxapp-[\w-]+/gi, gone],
  [/(hooks\.slack\.com\/(?:services|workflows|triggers)\/)[\w/-]+/gi, `$1${gone}`],
  [
    /\bAIza[\w-]{20,}|\bya29\.[\w-]{10,}|\b(?:sk|rk|pk|whsec)_(?:live_|test_)?\w{10,}|\bsk-[\w-]{16,}|\bSG\.[\w-]{10,}\.[\w-]{10,}/g,
    gone,
  ],
  // as a pod's specification lists them
  [
    new RegExp(
      String.raw`(${quote}?name${quote}?\s*:\s*${quote}?[\w.-]{0,60}(?:${secretWords})[\w.-]{0,60}${quote}?\s*,?\s*${quote}?value${quote}?\s*:\s*)${value}`,
      'gi',
    ),
    `$1${gone}`,
  ],
  [/\b(password|identified\s+by)(\s+)(?:'(?:[^']|'')*'?|"[^"]*"?)/gi, `$1$2${gone}`],
  [new RegExp(String.raw`(--?[\w-]{0,60}(?:${secretWords})[\w-]{0,60}\s{1,5})${value}`, 'gi'), `$1${gone}`],
  [new RegExp(String.raw`((?:${secretWords})[\w.-]{0,60}${quote}?\s*(?:=>|:=|=|:)\s*)${value}`, 'gi'), `$1${gone}`],
];

/** Whole again after every rule: the same once more changes nothing. */
export function redact(text: string): string {
  const plain = text
    .toWellFormed()
    .replaceAll(terminal, '')
    .replaceAll(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replaceAll(unseen, '');
  return rules.reduce((said, [pattern, instead]) => said.replaceAll(pattern, instead), plain);
}

/** A key may stand in many lines: they are read as one text. */
export const redactLines = (lines: string[]): string[] =>
  lines.length === 0 ? [] : redact(lines.join('\n')).split('\n');

/** Everything in it that was read somewhere; names of rules, checks and objects are ours, or the cluster has checked them. */
export const redacted = (report: Report): Report => ({
  ...report,
  findings: report.findings.map(cleanFinding),
  checks: report.checks.map(cleanCheck),
  ruledOut: report.ruledOut.map(redact),
  ...(report.suggestions
    ? { suggestions: report.suggestions.map((one) => ({ ...one, ...worded(one, ['summary']) })) }
    : {}),
});

const cleanFinding = (finding: Finding): Finding => ({
  ...finding,
  subject: redact(finding.subject),
  summary: redact(finding.summary),
  ...worded(finding, ['observed', 'threshold', 'repeat']),
  ...(finding.evidence ? { evidence: redactLines(finding.evidence) } : {}),
  ...(finding.offers ? { offers: finding.offers.map((offer) => ({ ...offer, label: redact(offer.label) })) } : {}),
});

const cleanCheck = (check: Check): Check => ({
  ...check,
  ...worded(check, ['why', 'grant']),
  repeat: redact(check.repeat),
  ...(check.gaps ? { gaps: check.gaps.map(redact) } : {}),
});

/** Those of the named words that are there. */
const worded = <One, Name extends keyof One & string>(one: One, names: Name[]): { [N in Name]?: string } => {
  const words: { [N in Name]?: string } = {};
  for (const name of names) {
    const text = one[name];
    if (typeof text === 'string') words[name] = redact(text);
  }
  return words;
};
