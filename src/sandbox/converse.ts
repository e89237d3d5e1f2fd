/** The demo for a person: slash commands, presses and pager acknowledgements, typed at the terminal, on the real clock. */
import { createInterface } from 'node:readline/promises';
import { type House, people, startHouse } from './house.ts';
import { playable, scenarioNamed } from './scenarios/index.ts';
import { buttonsOf, labelOf } from './slack/inbound.ts';
import type { Entry, Json } from './slack/workspace.ts';
import { type Drawn, transcriptOf } from './transcript.ts';

const help = [
  'What you can type:',
  '  /incident declare p1 <words>   any slash command, as yourself (/incident help lists them)',
  '  press <n>                      the button with that number, as yourself',
  '  pager ack | pager close        Dana takes the latest page on her phone',
  '  as <name>                      be somebody else (' + people.map(({ name }) => name).join(', ') + ')',
  '  in <channel>                   type in another channel',
  '  break <scenario> | mend        something goes wrong | all is well again',
  '  break | quit                   list everything that can go wrong | end',
  'One of each kind to begin with:',
  '  break gateway-out-of-memory    then: /incident declare p1 checkout returns 502',
  '  break pool-exhausted           then: /incident declare p1 connection timeouts',
  '  break one-pod-leaks            then: /incident declare p2 high memory of the api',
  '  break executions-hang          then: /incident declare p1 workflows stuck',
  'The report comes into the thread; mend it, and press [Look again] to see what has changed.',
];

interface Person {
  user: string;
  channel: string;
  /** buttons shown last, by number */
  buttons: { entry: Entry; button: Json }[];
}

export async function converse(say: (line: string) => void): Promise<number> {
  const started = Date.now();
  const house = await startHouse({ now: Date.now, say, systems: true });
  const me: Person = { user: 'U0ANA', channel: 'C0GENERAL', buttons: [] };
  for (const line of help) say(line);
  const shown = { slack: 0, pager: 0 };
  const drawn: Drawn = new Map();
  const show = (): void => {
    const slack = house.slack.transcript.slice(shown.slack);
    const pager = house.pager.transcript.slice(shown.pager);
    shown.slack += slack.length;
    shown.pager += pager.length;
    for (const line of transcriptOf(
      { slack: { ...house.slack, transcript: slack }, pager: { ...house.pager, transcript: pager } },
      started,
      drawn,
    ))
      say(line);
    offer(me, slack, say);
  };
  const timer = setInterval(show, 300);
  const terminal = createInterface({ input: process.stdin });
  try {
    for await (const line of terminal) {
      if (line.trim() === 'quit') break;
      await obey(house, me, { line: line.trim(), say }).catch((error: unknown) =>
        say(error instanceof Error ? error.message : String(error)),
      );
    }
  } finally {
    clearInterval(timer);
    show();
    terminal.close();
    await house.stop();
  }
  return 0;
}

/** Buttons get numbers as they come into sight. */
function offer(me: Person, entries: Entry[], say: (line: string) => void): void {
  const fresh = entries
    .filter(({ kind }) => kind !== 'edit')
    .flatMap((entry) => buttonsOf(entry.blocks ?? []).map((button) => ({ entry, button })));
  for (const each of fresh) {
    me.buttons.push(each);
    say(`          press ${me.buttons.length}: ${labelOf(each.button)}`);
  }
}

interface Typed {
  house: House;
  me: Person;
  words: string[];
  say: (line: string) => void;
}

const orders: Record<string, (typed: Typed) => Promise<void> | void> = {
  '/incident': async ({ house, me, words }) => {
    await house.slack.user(me.user).command(words.join(' '), { channel: me.channel });
  },
  press: ({ house, me, words, say }) => press(house, me, { number: Number(words[0]), say }),
  pager: ({ house, words, say }) => phone(house, words[0] ?? '', say),
  as: ({ me, words, say }) => become(me, words[0] ?? '', say),
  in: ({ house, me, words, say }) => enter(house, me, { name: words[0] ?? '', say }),
  break: ({ house, words, say }) => breakIt(house, words[0], say),
  mend: ({ house, say }) => mend(house, say),
};

async function obey(
  house: House,
  me: Person,
  { line, say }: { line: string; say: (line: string) => void },
): Promise<void> {
  const [word = '', ...words] = line.split(/\s+/);
  const order = orders[word];
  if (order) return order({ house, me, words, say });
  for (const each of help) say(each);
}

async function press(
  house: House,
  me: Person,
  { number, say }: { number: number; say: (line: string) => void },
): Promise<void> {
  const found = me.buttons[number - 1];
  if (!found) return say(`There is no button ${number}.`);
  const current = house.slack.messages(found.entry.channel).find(({ ts }) => ts === found.entry.ts) ?? found.entry;
  await house.slack.user(me.user).click(current, labelOf(found.button));
}

async function phone({ pager }: House, act: string, say: (line: string) => void): Promise<void> {
  const alias = pager.transcript.findLast(({ kind }) => kind === 'page')?.alias;
  if (alias === undefined) return say('Nobody was paged yet.');
  const dana = pager.person('dana@example.com');
  await (act === 'close' ? dana.close(alias) : dana.acknowledge(alias));
}

function become(me: Person, name: string, say: (line: string) => void): void {
  const person = people.find((one) => one.name === name);
  if (!person) return say(`There is nobody named ${name}.`);
  me.user = person.id;
  say(`You are ${person.realName} now.`);
}

function enter({ slack }: House, me: Person, { name, say }: { name: string; say: (line: string) => void }): void {
  const channel = slack.channels().find((one) => one.name === name.replace(/^#/, ''));
  if (!channel) return say(`There is no channel ${name}.`);
  me.channel = channel.id;
  say(`You type in #${channel.name} now.`);
}

async function breakIt({ systems }: House, name: string | undefined, say: (line: string) => void): Promise<void> {
  if (name === undefined) {
    for (const one of playable) say(`  break ${one.name.padEnd(30)} ${one.issueType}: ${one.what}`);
    return;
  }
  const scenario = scenarioNamed(name);
  await systems?.play(scenario);
  say(`It is broken now: ${scenario.what} (a look at ${scenario.issueType} should find it)`);
}

async function mend({ systems }: House, say: (line: string) => void): Promise<void> {
  await systems?.mend();
  say('All is well again.');
}
