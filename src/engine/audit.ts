/** One incident audited: its timeline's chain, and its duties against those that the timeline makes. Reads only. */
import { dutiesFor } from '../incident/clocks.ts';
import type { Incident } from '../incident/incident.ts';
import type { Policy } from '../incident/policy.ts';
import { missedOf, type Proof, prove } from '../incident/proof.ts';
import { type Replayed, replay } from '../incident/replay.ts';
import { type Records, readRecords } from '../store/audit.ts';
import { chainFaults, type Head } from '../store/chain.ts';
import type { Engine } from './engine.ts';

export interface Audited {
  number: number;
  head: Head;
  /** the chain of its timeline holds */
  whole: boolean;
  /** what is not as it should be; like all that follows, sentences that name the incident */
  faults: string[];
  /** what is due and was not done */
  missed: string[];
  /** what was done, but late */
  late: string[];
  /** why the duties could not be re-derived: neither right nor wrong is known of them */
  unknown?: string;
}

/** `seen`: how the timeline ended when this process last looked. */
export async function auditIncident(engine: Engine, id: string, seen?: Head): Promise<Audited | undefined> {
  const records = await readRecords(engine.pool, id);
  if (!records) return undefined;
  const { head, incident } = records;
  const name = `#${incident.number}`;
  const chain = chainOf(records, seen).map((why) => `${name}'s timeline: ${why}.`);
  const { faults, missed, late, unknown } = chain.length > 0 ? ofBrokenChain(records) : ofDuties(records, engine);
  const named = (findings: string[]): string[] => findings.map((finding) => `${name}: ${finding}.`);
  return {
    number: incident.number,
    head,
    whole: chain.length === 0,
    faults: [...chain, ...named(faults)],
    missed: named(missed),
    late: named(late),
    ...(unknown === undefined ? {} : { unknown: `${name}: ${unknown}.` }),
  };
}

/** A chain that was rewritten as a whole is sound in itself; only what was seen of it before tells. */
function chainOf({ timeline, head }: Records, seen: Head | undefined): string[] {
  const faults = chainFaults(timeline, head).map(({ why }) => why);
  const rewritten = seen !== undefined && seen.length > 0 && timeline[seen.length - 1]?.hash !== seen.head;
  return faults.length === 0 && rewritten ? [`its first ${seen.length} rows were rewritten`] : faults;
}

type Found = Proof & { unknown?: string };

/** What stands in the rows themselves is said all the same. */
const underived = ({ duties, now }: Records, why: string): Found => ({
  faults: [],
  missed: missedOf(duties, now),
  late: [],
  unknown: `its duties could not be re-derived, ${why}`,
});

const ofBrokenChain = (records: Records): Found => underived(records, 'because its timeline was changed');

function ofDuties(records: Records, { policy }: Engine): Found {
  const { incident, duties, now } = records;
  const { decidedUnder = [] } = incident;
  if (decidedUnder.length !== 1 || decidedUnder[0] !== policy.fingerprint)
    return underived(records, 'because it was decided under other times than the runbook has now');
  const replayed = playAgain(records, policy);
  if (!replayed.ok && replayed.is === 'unknown') return underived(records, `because ${replayed.why}`);
  if (!replayed.ok) return { faults: [replayed.why], missed: missedOf(duties, now), late: [] };
  const proof = prove(replayed, duties, { now, policy });
  return owesOf(incident, policy) === owesOf(replayed.incident, policy)
    ? proof
    : { ...proof, faults: ['its state owes other duties than its timeline', ...proof.faults] };
}

const owesOf = (incident: Incident, policy: Policy): string =>
  dutiesFor(incident, policy)
    .map(({ key, dueAt }) => `${key} ${dueAt}`)
    .join();

/** An entry that lacks what this release expects of it is one that it cannot read. */
function playAgain({ incident: { id, number }, timeline }: Records, policy: Policy): Replayed {
  try {
    return replay({ id, number, timeline }, policy);
  } catch (error) {
    return { ok: false, is: 'unknown', seq: 0, why: `an entry could not be read (${String(error)})` };
  }
}
