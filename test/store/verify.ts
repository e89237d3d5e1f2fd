/** A timeline's chain as one answer. Head and timeline are read one after the other: the caller keeps writers away. */
import type { IncidentId } from '../../src/incident/incident.ts';
import { type ChainFault, chainFaults } from '../../src/store/chain.ts';
import type { Queries } from '../../src/store/db.ts';
import { readHead, readTimeline } from '../../src/store/timeline.ts';

export async function verifyTimeline(
  db: Queries,
  id: IncidentId,
): Promise<{ ok: true } | ({ ok: false } & ChainFault)> {
  const [fault] = chainFaults(await readTimeline(db, id), await readHead(db, id));
  return fault ? { ok: false, ...fault } : { ok: true };
}
