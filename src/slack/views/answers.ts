/** Answers that only the asker sees: status, lists, what is owed, help, and which incident was meant. */
import type { Duty } from '../../incident/decision.ts';
import type { Incident } from '../../incident/incident.ts';
import { actions, clean, context, foreign, message, section, sentence } from './blocks.ts';
import { cardMessage } from './card.ts';
import type { Message, Scene } from './message.ts';
import { clock, dutyName, levelNames, mark, name, titleOf } from './words.ts';

const mostListed = 20;

export const statusMessage = (scene: Scene): Message => {
  const { text, blocks } = cardMessage(scene);
  const shown = blocks.filter(({ type }) => type !== 'actions');
  return message(text, [
    ...shown,
    ...(scene.duties.length > 0 ? [context(`Next: ${dutyLine(scene.duties[0], scene)}`)] : []),
  ]);
};

const whereIs = ({ home }: Incident): string => (home.kind === 'channel' ? ` <#${home.channel}>` : '');

export function listMessage(incidents: Incident[]): Message {
  if (incidents.length === 0) return sentence('No incident is open.');
  const lines = incidents
    .slice(0, mostListed)
    .map(
      (i) =>
        `${mark(i.severity)} #${i.number} ${titleOf(i)}: ${i.phase}${i.acknowledged ? '' : ', not acknowledged'}${whereIs(i)}`,
    );
  const more = incidents.length > mostListed ? [context(`${incidents.length - mostListed} more are not shown.`)] : [];
  return sentence(
    `${incidents.length} ${incidents.length === 1 ? 'incident is' : 'incidents are'} open`,
    section(lines.join('\n')),
    ...more,
  );
}

const stepNames = {
  page: 'ladder',
  confirm: 'second route, unless the page is confirmed',
  channel: 'the thread becomes the home, unless a channel opens',
};

function dutyLine(duty: Duty | undefined, { policy, people }: Scene): string {
  if (!duty) return '';
  const what =
    duty.kind === 'page' || duty.kind === 'confirm' || duty.kind === 'channel'
      ? stepNames[duty.kind]
      : dutyName(duty.kind);
  const pages = duty.page.length > 0 ? `, pages ${levelNames(duty.page, policy)}` : '';
  const who = duty.who.length > 0 ? `, tells ${people.audience(duty.who)}` : '';
  return `${clock(duty.dueAt)} ${what}${pages}${who}`;
}

/** Seen by the asker alone: an ephemeral message notifies nobody whom it names. */
export function dutiesMessage(scene: Scene): Message {
  const lines = scene.duties.slice(0, mostListed).map((duty) => dutyLine(duty, scene));
  if (lines.length === 0) return sentence(`${name(scene.incident)}: nothing is owed.`);
  return sentence(`${name(scene.incident)}: what will ping whom, and when`, section(lines.join('\n')));
}

export interface VerbHelp {
  name: string;
  usage: string;
  help: string;
}

export const helpMessage = (verbs: VerbHelp[]): Message =>
  sentence(
    'What /incident can do',
    section(verbs.map(({ usage, help }) => `\`/incident ${foreign(usage, 80)}\` ${foreign(help, 120)}`).join('\n')),
  );

export const unknownVerbMessage = (typed: string, nearest: string | undefined): Message =>
  sentence(
    `Nothing was done: there is no "${foreign(typed, 30)}".${nearest === undefined ? '' : ` Did you mean \`/incident ${nearest}\`?`}`,
    context('`/incident help` lists what there is.'),
  );

/** Several are open and none was named: the pressed one gets the words that were typed. */
export function pickMessage(incidents: Incident[], words: string): Message {
  if (incidents.length === 0)
    return sentence(
      'Nothing was done: no incident is open here. `/incident declare p1 &lt;what is broken&gt;` declares one.',
    );
  const buttons = incidents.slice(0, mostListed).map((i) => ({
    action: 'pick' as const,
    label: `#${i.number} ${i.severity.toUpperCase()} ${i.title}`,
    pressed: { incident: i.id, words: clean(words).slice(0, 500) },
  }));
  return sentence('Nothing was done yet: which incident do you mean?', ...actions(buttons));
}

export function declaredMessage({ incident }: Pick<Scene, 'incident'>, notes: string[] = []): Message {
  const where = incident.home.kind === 'channel' ? ` in <#${incident.home.channel}>` : '; its channel is being opened';
  return sentence(`${name(incident)} declared${where}`, ...(notes.length > 0 ? [context(notes.join(' '))] : []));
}

export interface FormRequest {
  severity?: string;
  words?: string;
}

/** A form may only be opened within seconds of a press; this is a press to open it again. */
export const formButtonMessage = ({ severity, words }: FormRequest): Message =>
  sentence(
    'Nothing is declared yet: press to say what is broken',
    ...actions([
      {
        action: 'open-form',
        label: 'Declare an incident',
        style: 'primary',
        pressed: {
          ...(severity === undefined ? {} : { data: severity }),
          ...(words === undefined ? {} : { words: clean(words).slice(0, 500) }),
        },
      },
    ]),
  );

export const busyMessage = (): Message => sentence('Still working: nothing is confirmed yet. The answer follows here.');
