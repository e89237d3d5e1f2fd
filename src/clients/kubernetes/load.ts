/** Loads what speaks to the cluster, which is large, without holding up what answers Slack meanwhile. */
import { readdir } from 'node:fs/promises';
import { turn } from '../../turn.ts';
import type { openSession } from './session.ts';

/** Throws when a module cannot be loaded. */
export async function loadSession(): Promise<typeof openSession> {
  if (import.meta.url.endsWith('.ts')) await loadParts();
  return (await import('./session.ts')).openSession;
}

/**
 * From the sources the library is a thousand modules: loaded in one go they block the process for more than a second. One
 * after the other, with a turn for everything else after each, the longest piece takes a tenth of one.
 */
async function loadParts(): Promise<void> {
  for (const folder of ['models', 'apis']) {
    const files = await readdir(new URL(`gen/${folder}/`, import.meta.resolve('@kubernetes/client-node')));
    for (const name of files.filter((name) => name.endsWith('.js') && !gathers(name))) {
      await import(`@kubernetes/client-node/dist/gen/${folder}/${name}`);
      await turn();
    }
  }
}

/** These name all others. */
const gathers = (name: string): boolean => name === 'ObjectSerializer.js' || name === 'all.js';
