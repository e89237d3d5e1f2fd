/** A journalled declaration becomes the incident that it would have been, once, whoever merges it and however often. */
import type { Declare, IncidentId, Page } from '../incident/incident.ts';
import type { Person, Policy } from '../incident/policy.ts';
import { inTransaction } from '../store/db.ts';
import type { Written } from '../store/journal.ts';
import type { Engine } from './engine.ts';
import { handleIn, incidentIdOf } from './handle.ts';
import type { Pager } from './ports.ts';

/** Declared at its own time and told what was done for it, in one transaction: nothing is done twice in between. */
export async function merge(engine: Engine, pager: Pager | undefined, entry: Written): Promise<IncidentId> {
  const { key, by, at, announcement } = entry;
  const id = incidentIdOf(key);
  const page = entry.page?.state === 'requested' ? undefined : entry.page;
  const acknowledgedBy = page && (await answeredBy(pager, page));
  const done = {
    kind: 'done-directly' as const,
    ...(announcement ? { announcement } : {}),
    ...(page ? { page } : {}),
    ...(acknowledgedBy ? { acknowledgedBy } : {}),
  };
  await inTransaction(engine.pool, async (db) => {
    const input = { key, actor: by, at, command: knownTo(engine.policy, entry.command) };
    const first = await handleIn(db, engine, input);
    // it was answered by its first way in, before anything was done without the database
    if (first.repeated && !entry.page && !announcement) return;
    // its first way in had ended after all, with a refusal; but somebody has been paged for it
    if (!first.ok) await handleIn(db, engine, { ...input, key: `${key}:anyway`, incident: id });
    await handleIn(db, engine, { key: `directly:${key}`, incident: id, actor: 'responder', command: done });
  });
  return id;
}

/** The runbook may have lost the issue type since: that is no reason to refuse the incident. */
function knownTo({ issueTypes }: Policy, { issueType, ...command }: Declare): Declare {
  const isKnown = issueTypes.some(({ id }) => id === issueType);
  return { ...command, anyway: true, ...(issueType !== undefined && isKnown ? { issueType } : {}) };
}

/** Whoever answered it must not be paged again for what fell due meanwhile. */
async function answeredBy(pager: Pager | undefined, { key }: Page): Promise<Person | undefined> {
  if (!pager?.capabilities.status) return undefined;
  const status = await pager.status(key).catch(() => undefined);
  return status?.state === 'acknowledged' ? status.by : undefined;
}
