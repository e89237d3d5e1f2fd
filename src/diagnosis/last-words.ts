/** What containers said last before they ended, beside the findings about them. */
import type { Finding } from './diagnosis.ts';
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

/** Findings about a container (`pod/container`) or its pod get the lines that tell most, of the run before if it ended. */
export const withLastWords = (findings: Finding[], { said }: LastWords): Finding[] =>
  findings.map((finding) => {
    const own = said.filter(({ pod, container }) => [pod, `${pod}/${container}`].includes(finding.subject));
    const words =
      own.find(({ isPrevious, lines }) => isPrevious && lines.length > 0) ?? own.find(({ lines }) => lines.length > 0);
    if (!words) return finding;
    const lines = linesOf(words).map((line) => oneLine(line, 200));
    return { ...finding, evidence: [...(finding.evidence ?? []), ...lines] };
  });

function linesOf({ lines }: Said): string[] {
  const found = lines.filter((line) => telling.test(line));
  return (found.length > 0 ? found : lines).slice(-shown);
}
