/** Everything an input needs to be carried out, and who brought it. */
import type { WebClient } from '@slack/web-api';
import { dutiesFor } from '../incident/clocks.ts';
import type { Incident } from '../incident/incident.ts';
import type { Policy } from '../incident/policy.ts';
import type { Logger } from '../log.ts';
import type { Door } from './door.ts';
import { within } from './limit.ts';
import type { Directory } from './people.ts';
import type { Rights } from './rights.ts';
import type { Scene } from './views/message.ts';

export interface Desk {
  door: Door;
  policy: Policy;
  rights: Rights;
  directory: Directory;
  /** forms and ephemeral answers */
  client: WebClient;
  log: Logger;
}

export interface Asker {
  user: string;
  /** what makes a repeat of this input the same input */
  key: string;
  /** for opening a form; lives for 3 s */
  trigger: string;
  /** where it was asked; a form and a direct message have no incident */
  channel?: string | undefined;
  /** of the incident, when the pressed button was drawn */
  drawnFor?: number | undefined;
  /** what a press or a form did shows in the channel; only typed words need an answer of their own */
  how: 'typed' | 'press' | 'form';
}

/** Names are a nicety: somebody waits for the answer. */
export const namesMs = 300;

/** After a commit the answer must not fail any more: the process's own clock is good enough to say "ago". */
export const nowAt = (door: Door): Promise<number> => within(namesMs, door.now()).catch(() => Date.now());

export async function sceneOf({ door, policy, directory }: Desk, incident: Incident): Promise<Scene> {
  const [now, people] = await Promise.all([nowAt(door), directory.people(namesMs)]);
  return { incident, policy, now, people, duties: dutiesFor(incident, policy) };
}
