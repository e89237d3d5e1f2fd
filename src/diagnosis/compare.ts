/** Two looks at the same, side by side: what is new, gone, better, worse. What was not seen now is never called gone or better. */
import { isUnseen } from './checks.ts';
import {
  byLevel,
  type Change,
  type ChangeKind,
  type Changes,
  changeKinds,
  type Finding,
  type Report,
} from './diagnosis.ts';
import { history, leastHistoryMs } from './history.ts';

/** Of a pod that was replaced its owner is the same, and so is what is wrong with it. */
export function keyOf({ rule, about, subject }: Finding): string {
  if (!about) return `${rule} ${subject}`;
  return [rule, about.namespace, about.owner ?? `${about.kind}/${about.name}`].join(' ');
}

export function compare(before: Report, after: Report): Changes {
  const [was, is] = [byKey(before), byKey(after)];
  const isSettled = settledBy(after);
  const now = [...is].map(([key, finding]) => changeOf(was.get(key), finding, isSettled));
  const missing = [...was]
    .filter(([key]) => !is.has(key))
    .map(([, finding]): Change => {
      const { rule, subject } = finding;
      return { kind: isSettled(finding) ? 'gone' : 'unseen', rule, subject, was: wordsOf(finding) };
    });
  return { since: before.at, list: [...now, ...missing].toSorted(byKind) };
}

/** Whether all that a finding of before rests on was seen again, and for long enough. */
type IsSettled = (was: Finding) => boolean;

function settledBy(after: Report): IsSettled {
  const isSeen = sightOf(after);
  const open = new Set(
    after.findings.flatMap((finding) => (finding.leavesOpen ?? []).map((rule) => keyOf({ ...finding, rule }))),
  );
  return (was) => [was.check, ...(was.restsOn ?? [])].every(isSeen) && !open.has(keyOf(was));
}

/** Of several checks of one name, each in its own place, nobody knows in which of them it was found. */
function sightOf({ checks, at, historySince = Infinity }: Report): (name: string) => boolean {
  const names = new Set(checks.map(({ name }) => name));
  const unseen = new Set(checks.filter(isUnseen).map(({ name }) => name));
  if (at - historySince >= leastHistoryMs) names.add(history);
  return (name) => names.has(name) && !unseen.has(name);
}

/** In the order of the report: the worst first. */
function byKey({ findings }: Report): Map<string, Finding> {
  const first = new Map<string, Finding>();
  for (const finding of findings) if (!first.has(keyOf(finding))) first.set(keyOf(finding), finding);
  return first;
}

function changeOf(was: Finding | undefined, is: Finding, isSettled: IsSettled): Change {
  const { rule, subject } = is;
  const now = { rule, subject, is: wordsOf(is) };
  return was ? { kind: kindOf(was, is, isSettled), ...now, was: wordsOf(was) } : { kind: 'new', ...now };
}

/** By level alone: whether more of a number is better, only its rule knows. Milder is better where all was seen again. */
function kindOf(was: Finding, is: Finding, isSettled: IsSettled): ChangeKind {
  if (is.level === was.level) return 'same';
  if (byLevel(is, was) < 0) return 'worse';
  return isSettled(was) ? 'better' : 'unseen';
}

const wordsOf = ({ level, observed, summary }: Pick<Finding, 'level' | 'observed' | 'summary'>): string =>
  `${level}, ${observed ?? summary}`;

const byKind = (a: Change, b: Change): number => changeKinds.indexOf(a.kind) - changeKinds.indexOf(b.kind);
