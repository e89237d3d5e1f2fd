/** What a verb of `/incident` is. Another one over an existing command is a file here and a line in index.ts. */
import type { Command, Incident } from '../../incident/incident.ts';
import type { Policy, Right } from '../../incident/policy.ts';
import type { Door } from '../door.ts';
import type { Form } from '../forms.ts';
import type { Message, Scene } from '../views/message.ts';

/** What a verb wants done: a command brought to the door, a form opened, or something said. */
export type Step =
  | { kind: 'do'; command: Command; note?: string }
  | { kind: 'form'; form: Form }
  | { kind: 'say'; message: Message };

export interface Call {
  /** what was typed after the verb, Slack's marks still in it */
  words: string;
  user: string;
  policy: Policy;
  door: Pick<Door, 'open' | 'audit' | 'look'>;
  scene: (incident: Incident) => Promise<Scene>;
}

export interface IncidentCall extends Call {
  incident: Incident;
}

interface Named {
  name: string;
  aliases?: string[];
  /** as it is typed, after `/incident` */
  usage: string;
  /** one line of `/incident help` */
  help: string;
  /** absent: every full member may */
  right?: Right;
}

/** Acts on the channel's incident, the `#number` given, the only open one, or the one picked from a list. */
export interface IncidentVerb extends Named {
  on: 'incident';
  run(call: IncidentCall): Step | Promise<Step>;
  /** where it is typed outside of any incident's channel and names none, instead of asking which is meant */
  elsewhere?(call: Call): Step | Promise<Step>;
}

export interface FreeVerb extends Named {
  on: 'nothing';
  run(call: Call): Step | Promise<Step>;
}

export type Verb = IncidentVerb | FreeVerb;

export const order = (command: Command, note?: string): Step => ({
  kind: 'do',
  command,
  ...(note === undefined ? {} : { note }),
});
export const open = (form: Form): Step => ({ kind: 'form', form });
export const say = (message: Message): Step => ({ kind: 'say', message });
