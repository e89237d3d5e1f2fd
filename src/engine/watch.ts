/** Acknowledgements at the pager that no webhook brought: asked for while a page is unanswered. */
import type { Incident } from '../incident/incident.ts';
import { openIncidents } from '../store/incidents.ts';
import type { Engine } from './engine.ts';
import { handle } from './handle.ts';
import type { Pager } from './ports.ts';

const mostIncidents = 100;

/** One look at every page of every incident that waits for an answer. */
export async function watchPages(engine: Engine, pager: Pager): Promise<void> {
  const waiting = (await openIncidents(engine.pool, mostIncidents)).filter(({ acknowledged }) => !acknowledged);
  for (const incident of waiting)
    await watchOne(engine, pager, incident).catch((error: unknown) =>
      engine.log.warn({ err: error, incident: incident.id }, 'a page could not be looked at'),
    );
}

async function watchOne(engine: Engine, pager: Pager, incident: Incident): Promise<void> {
  const sent = incident.pages.filter(({ state }) => state === 'accepted' || state === 'confirmed');
  for (const { key } of sent) {
    const status = await pager.status(key);
    if (status.state !== 'acknowledged') continue;
    const command = { kind: 'acknowledged-at-pager' as const, page: key, by: status.by };
    await handle(engine, { key: `watch:${key}`, incident: incident.id, actor: status.by, command });
    return;
  }
}
