/** What a finding rests on besides its own check: where one of these is not seen later, it is not gone. */
import type { Finding } from './diagnosis.ts';

/** For findings that would not be found, or be milder, without what these probes saw. */
export const restingOn = (names: readonly string[], findings: Finding[]): Finding[] =>
  findings.map((finding) => {
    const others = new Set([...(finding.restsOn ?? []), ...names]);
    others.delete(finding.check);
    return others.size === 0 ? finding : { ...finding, restsOn: [...others] };
  });

/** For a finding that follows from others: all that these follow from. */
export const groundsOf = (findings: Finding[]): string[] => [
  ...new Set(findings.flatMap(({ check, restsOn = [] }) => [check, ...restsOn])),
];
