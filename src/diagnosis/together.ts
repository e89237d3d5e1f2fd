/** Findings as a person reads them: those alike told as one, what explains before what is explained. */
import { type About, byLevel, causes, type Finding, type Offer } from './diagnosis.ts';
import { groundsOf, restingOn } from './rests-on.ts';
import { count } from './words.ts';

const most = { evidence: 12, offers: 5 };

/** One finding per rule and owner ("7 of 9 pods"), the worst first, and of those alike the more likely cause. */
export function together(findings: Finding[]): Finding[] {
  const alike = [...Map.groupBy(findings, keyOf).values()];
  return alike.flatMap(asOne).toSorted(byWeight);
}

/** What has no owner stands for itself. */
const keyOf = (finding: Finding): unknown =>
  finding.about?.owner === undefined
    ? finding
    : [finding.rule, finding.about.kind, finding.about.namespace, finding.about.owner].join(' ');

function asOne(alike: Finding[]): Finding[] {
  const [first] = alike.toSorted(byWeight);
  if (!first?.about?.owner || alike.length === 1) return alike;
  const { kind, siblings, owner, namespace } = first.about;
  const ill = new Set(alike.map(({ about }) => about?.uid ?? about?.name)).size;
  const many = siblings === undefined ? count(ill, kind) : `${ill} of ${count(siblings, kind)}`;
  const told = {
    ...first,
    subject: owner,
    summary: `${many}, such as ${first.subject}: ${first.summary}`,
    evidence: evidenceOf(first, alike),
    about: ownerOf(owner, namespace),
    ...offersOf(alike),
  };
  return restingOn(groundsOf(alike), [told]);
}

const evidenceOf = (first: Finding, alike: Finding[]): string[] =>
  [...alike.map(({ subject, summary }) => `${subject}: ${summary}`), ...(first.evidence ?? [])].slice(0, most.evidence);

function ownerOf(owner: string, namespace: string): About {
  const [kind = '', name = ''] = owner.split('/');
  return { kind, namespace, name };
}

function offersOf(alike: Finding[]): { offers?: Offer[] } {
  const offers = alike.flatMap(({ offers = [] }) => offers);
  return offers.length > 0 ? { offers: offers.slice(0, most.offers) } : {};
}

const causeRank = ({ cause }: Finding): number => (cause === undefined ? causes.length : causes.indexOf(cause));

const byWeight = (a: Finding, b: Finding): number => byLevel(a, b) || causeRank(a) - causeRank(b);
