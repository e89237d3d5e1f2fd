/** What must not leave in a report, wherever it was read: secrets, and characters that make text look like other text. */
import type { Check, Finding, Report } from './diagnosis.ts';

const gone = '[redacted]';

/** Terminal sequences with all they carry: a title or a link of theirs is no text either. */
const terminal =
  // oxlint-disable-next-line no-control-regex -- control characters are what it is there to remove
  /(?:\u001b\]|\u009d)[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]?|\u001b[PX^_][^\u001b]*(?:\u001b\\)?|\u001b[ -/]*[0-~]?/g;
/** Control, bidirectional and invisible characters; tags, which spell words that nobody sees. */
const unseen = /(?![\n\t])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** An upper-case `…_KEY` only: `primary_key` and its like are none. What `pass` must not follow are words of their own. */
const secretWords = [
  String.raw`pass(?:w(?:or)?[dt]|wd|phrase)|pwd|(?<!by|com|tres|proxy_)pass(?![a-z_])|(?<![a-z])(?:pw|jwt|sig)(?![a-z])`,
  String.raw`secret|token|credentials?|authorization|signature|(?<![a-z])auth(?![a-z_])|\bpgpass`,
  String.raw`(?:api|access|account|private|signing|encryption)[-_. ]?key|(?-i:[A-Z0-9]_KEY)(?![a-z])`,
  String.raw`session[-_]?id|(?:php|j)sess(?:ion)?id|connect\.sid`,
].join('|');
const name = String.raw`[\w.-]{0,60}(?:${secretWords})[\w.-]{0,60}`;
const quote = String.raw`(?:\\{0,4}["'])`;
const gap = String.raw`\s{0,40}`;
/** What touches a value belongs to it, unless it is how lists and objects go on. */
const tail = String.raw`(?:[^\s"'\\,;:&|>}\])][^\s"'\\]*)?`;
const bare = String.raw`(?:[^\s"'\\]|\\(?!["']))`;
/** To the end of its quotes, or of the word: a password may hold any mark. */
const value = String.raw`(?:(?:"(?:[^"\\]|\\[\s\S])*"?|\\{1,4}"(?:[^"\\]|\\[^"])*\\{0,4}"?|'(?:[^']|'')*'?|\[redacted\])${tail}|(?!\[redacted\])${bare}+)`;
/** Of a password that is only spoken of. */
const plain =
  "not|n[o']t|no|now|too|set|unset|required|needed|incorrect|wrong|invalid|valid|missing|empty|expired|correct|weak|being|stored|read|known|hashed|encrypted|changed|only|about|in|the|a|an";

type Rule = [pattern: RegExp, instead: string];

/**
 * In this order: what is longer first, so that no half of it is left. Repeats have an end, or begin only where a run does,
 * for a hostile line could make the search start over at each of its characters.
 */
const rules: Rule[] = [
  [
    /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,20}-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,20}-----|$)/g,
    gone,
  ],
  // its beginning was cut off; a short end of a line of words may stay
  [
    /(?<![\w+/=\n\\])((?<=[^\w+/=\n\\])[\w+/=]{0,15}\n)?[\w+/=\n\\]*-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,20}-----/g,
    `$1${gone}`,
  ],
  // to the last @: a password may hold one
  [
    /\b((?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|kafka|nats|ldaps?|smtps?|ftp):\/\/)[^\s"'<>]{0,1000}@/gi,
    `$1${gone}@`,
  ],
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#"'<>]{0,1000}@/gi, `$1${gone}@`],
  // its host was cut off: what is no port is a password
  [
    /\b([a-z][a-z0-9+.-]{0,30}:\/\/[^\s/?#"'<>:@[\]]{0,200}:)(?!\d{1,5}(?:[\s/?#:,;.)\]}>"'|…\\]|$)|[\s"'<>…]|\/\/|$)[^\s"'<>]+/gi,
    `$1${gone}`,
  ],
  [/(?<![^\s"'])([^\s"':]*:)[^\s"']+(?=@(?:tcp|udp|unix)[46]?\()/gi, `$1${gone}`],
  [
    /(?<![^\s"'])((?:-u\s{0,5}|--(?:proxy-)?user[\s=]{1,5})["']?)(?!\d+:\d+(?!\S))[^\s"':]{1,200}:[^\s"']+/g,
    `$1${gone}`,
  ],
  [
    /((?:proxy-)?authorization\\{0,4}["']?\s*[:=]\s*\\{0,4}["']?)(?:[a-z][a-z0-9-]*\s+)?[^\s"'\\,;{}[\]]+(?:,\s*\w+="[^"]*")*/gi,
    `$1${gone}`,
  ],
  [/\b((?:set-)?cookie\\{0,4}["']?\s*[:=]\s*)[^\r\n]+/gi, `$1${gone}`],
  [/\b(bearer|basic|digest|negotiate)\s+[\w.~+/=-]{6,}/gi, `$1 ${gone}`],
  [
    /\b(AUTH\s+(?:(?:default|PLAIN|LOGIN)\s+)?)(?!(?:failed|required|error|method|called|command|is|not|or)\b)[^\s"':=]+/g,
    `$1${gone}`,
  ],
  [/(?<![\w-])eyJ[\w-]{4,}\.[\w-]+(?:\.[\w-]*)?(?:\.[\w-]*){0,2}/g, gone],
  [/\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|ANPA)[A-Z0-9]{12,}\b/g, gone],
  [
    /\bgh[a-z]_\w{6,}|\bgithub_pat_\w{6,}|\bglpat-[\w-]{6,}|\bnpm_\w{10,}|\bpypi-[\w-]{10,}|\bdckr_pat_[\w-]{6,}|\bhf_\w{10,}/g,
    gone,
  ],
  [/\bhv[bsr]\.[\w-]{10,}|\bdo[opr]_v1_\w{10,}|\bshp(?:at|ca|pa|ss)_\w{10,}|\bATATT[\w=-]{10,}/g, gone],
  [/\bxox[a-z](?:\.[a-z]+)?-[\w-]+|\bxapp-[\w-]+/gi, gone],
  [/(hooks\.slack\.com\/(?:services|workflows|triggers)\/)[\w/-]+/gi, `$1${gone}`],
  [/(discord(?:app)?\.com\/api\/(?:v\d{1,3}\/)?webhooks\/)[\w/-]+/gi, `$1${gone}`],
  [/(api\.telegram\.org\/bot)[\w:-]+/gi, `$1${gone}`],
  [/(?<!\d)\d{8,10}:[\w-]{30,}/g, gone],
  [
    /\bAIza[\w-]{20,}|\bya29\.[\w-]{10,}|\b(?:sk|rk|pk|whsec)_(?:live_|test_)?\w{10,}|\bsk-[\w-]{16,}|\bSG\.[\w-]{10,}\.[\w-]{10,}/g,
    gone,
  ],
  // as a pod's specification lists them
  [
    new RegExp(
      String.raw`(\bname${quote}?${gap}:${gap}${quote}?${name}${quote}?${gap},?${gap}${quote}?value${quote}?${gap}:${gap})${value}`,
      'gi',
    ),
    `$1${gone}`,
  ],
  [/\b(password|identified\s+by)(\s+)(?:'(?:[^']|'')*'?|"[^"]*"?)/gi, `$1$2${gone}`],
  [new RegExp(String.raw`\b(pass(?:word|wd|phrase)\s+is\s+)(?!(?:${plain})\b)${value}`, 'gi'), `$1${gone}`],
  // without a sign between: what no word of a sentence looks like
  [/\b((?:pass(?:word|wd|phrase)|secret key)\s+)(?=[^\s"']*[\d!@#$%^&*])(?!["'])[^\s"']+/gi, `$1${gone}`],
  [new RegExp(String.raw`((?<![\w-])--?${name}\s{1,5})${value}`, 'gi'), `$1${gone}`],
  // in the query of an address only to the next of its fields
  [new RegExp(String.raw`([?&]${name}=)[^\s"'&#]+`, 'gi'), `$1${gone}`],
  [new RegExp(String.raw`((?:${secretWords})[\w.-]{0,60}${quote}?\s*(?:=>|:=|=|:)\s*)${value}`, 'gi'), `$1${gone}`],
];

/** Characters of one text that are read: more is no evidence, and each costs time. */
const most = 20_000;

/** Between two words, so that no rule sees half of a secret and lets it pass. */
function cut(text: string): string {
  if (text.length <= most) return text;
  const end = Math.max(...[' ', '\n', ',', '"'].map((mark) => text.lastIndexOf(mark, most)));
  return `${text.slice(0, Math.max(end, 0))}…`;
}

/** Whole again after every rule: the same once more changes nothing. */
export const redact = (text: string): string => clean(cut(text));

function clean(text: string): string {
  const seen = text
    .toWellFormed()
    .replaceAll(terminal, '')
    .replaceAll(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replaceAll(unseen, '');
  return rules.reduce((said, [pattern, instead]) => said.replaceAll(pattern, instead), seen);
}

/** A key may stand in many lines: they are read as one text. */
export const redactLines = (lines: string[]): string[] =>
  lines.length === 0 ? [] : clean(lines.map(cut).join('\n')).split('\n');

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
