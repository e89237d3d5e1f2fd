/** What a report says of a scenario, beside what it must: exactly the rules, the words of the first, and no hasty look. */
import type { Report } from '../../src/diagnosis/diagnosis.ts';
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts';

/** Besides notes, each once. */
export const rulesOf = ({ findings }: Report): string[] =>
  [...new Set(findings.filter(({ level }) => level !== 'info').map(({ rule }) => rule))].toSorted();

export const expected = ({ finds }: Scenario) => ({ finds: finds.toSorted(), unsaid: [], hasty: [], ofNoCheck: [] });

export function found({ findings, ...report }: Report, { says = [], not = [] }: Scenario) {
  const [top] = findings;
  const said = `${top?.subject} ${top?.summary}`;
  const names = new Set(report.checks.map(({ name }) => name));
  return {
    finds: rulesOf({ ...report, findings }),
    unsaid: says.filter((words) => !said.includes(words)),
    hasty: findings.filter(({ rule }) => not.includes(rule)),
    ofNoCheck: findings.filter(({ check }) => !names.has(check)),
  };
}
