/** What containers said last before they ended, beside the findings about them. */
import type { Finding } from './diagnosis.ts';
import { classOf } from './log-lines.ts';
import { redactLines } from './redact.ts';
import { oneLine } from './words.ts';

export interface Said {
  pod: string;
  container: string | undefined;
  isPrevious: boolean;
  lines: string[];
}

export interface LastWords {
  said: Said[];
  gaps: string[];
}

const shown = 6;
/** what a person would look for; without any, the end of the log */
const telling = /error|exception|fatal|panic|fail|refused|denied|timeout|timed out|killed|cannot|unable/i;

/** A line on a request is about whoever asked. */
const isRequest = (line: string): boolean => /"[A-Z]+ \S+ HTTP\/[\d.]+" \d{3} /.test(line);
/** Who is killed for memory has no time to say so: what it said before is evidence only if it speaks of memory. */
const killedForMemory = 'pod.out-of-memory';

/** Findings about a container (`pod/container`) or its pod get the lines that tell most, of the run before if it ended. */
export const withLastWords = (findings: Finding[], { said }: LastWords): Finding[] =>
  findings.map((finding) => {
    const own = said.filter(({ pod, container }) => [pod, `${pod}/${container}`].includes(finding.subject));
    const words =
      own.find(({ isPrevious, lines }) => isPrevious && lines.length > 0) ?? own.find(({ lines }) => lines.length > 0);
    const lines = words ? linesFor(finding, words).slice(-shown) : [];
    if (lines.length === 0) return finding;
    return { ...finding, evidence: [...(finding.evidence ?? []), ...lines.map((line) => oneLine(line, 200))] };
  });

/** Redacted before any is left out or cut: half of a key or an address no longer looks like one. */
function linesFor({ rule }: Finding, { lines }: Said): string[] {
  const own = redactLines(lines).filter((line) => !isRequest(line));
  if (rule === killedForMemory) return own.filter((line) => classOf(line) === 'out-of-memory');
  const found = own.filter((line) => telling.test(line));
  return found.length > 0 ? found : own;
}
