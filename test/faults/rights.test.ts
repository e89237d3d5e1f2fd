/** Who may: asked when it is pressed, for every verb and every button, whatever state the incident is in. */
import { afterEach, expect, it, jest } from '@jest/globals';
import { verbs } from '../../src/slack/commands/index.ts';
import { type Action, actions, type Pressed } from '../../src/slack/views/press.ts';
import { policy } from '../slack/house.ts';
import { type Bot, startBot } from '../slack/slack.ts';

let bot: Bot;
afterEach(async () => {
  jest.restoreAllMocks();
  await bot.stop();
});

/** What Slack knows of each; U0MEMBER is a full member, and the boss alone holds the narrowed rights. */
const users: Record<string, object> = {
  U0GUEST: { is_restricted: true },
  U0ULTRA: { is_ultra_restricted: true },
  U0STRANGER: { is_stranger: true },
  U0LEFT: { deleted: true },
};
const answers = (held: Set<string>) => ({
  'users.info': ({ user }: Record<string, unknown>) => ({ ok: true, user: users[String(user)] ?? {} }),
  'usergroups.users.list': () => ({ ok: true, users: [...held] }),
});
const narrowed = { ...policy, rights: { declare: ['S0STAFF'], respond: ['S0STAFF'], close: ['S0STAFF'] } };

const states: [string, string[]][] = [
  ['open', []],
  ['acknowledged', ['ack']],
  ['mitigated', ['ack', 'mitigate']],
  ['resolved', ['resolve it ended']],
  ['cancelled', ['cancel nobody noticed']],
];

async function begun(orders: string[], { rules = policy, held = new Set(['U0BOSS']) } = {}): Promise<void> {
  bot = await startBot({ answers: answers(held), rules });
  for (const words of ['declare p1 checkout is down', ...orders]) await bot.slash(words, { user: 'U0BOSS' });
  await bot.house.openChannel('C0INC');
}

const asked = () => bot.slack.called.filter(({ method }) => method === 'views.open').length;

/** Everything that can be typed or pressed, tried; answers what took effect, by name. */
async function tried(user: string, team?: string): Promise<string[]> {
  const who = { user, channel: 'C0INC', ...(team === undefined ? {} : { team }) };
  const effects: string[] = [];
  const during = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    const before = bot.house.inputs.length + asked();
    await work();
    if (bot.house.inputs.length + asked() > before) effects.push(name);
  };
  for (const { name } of verbs) await during(name, () => bot.slash(`${name} p2 some words`, who));
  const { id, version } = bot.house.last();
  for (const action of actions)
    await during(`button ${action}`, () => bot.press(action, pressed(action, id, version), who));
  await during('form', () => bot.submit('update', { text: 'words' }, { incident: id, version }, who));
  await during('declare form', () => bot.submit('declare', { severity: { chosen: 'p2' }, title: 'words' }, {}, who));
  return effects;
}

const data: Partial<Record<Action, string>> = {
  'issue-type': 'high-memory',
  done: 'status-page',
  snooze: 'update',
  waive: 'report',
};
const pressed = (action: Action, incident: string, version: number): Pressed => ({
  incident,
  version,
  words: 'ack',
  ...(data[action] === undefined ? {} : { data: data[action] }),
});

it.each(states.flatMap(([state, orders]) => Object.keys(users).map((user) => ({ state, orders, user }))))(
  'row 27: $user does nothing to an incident that is $state',
  async ({ orders, user }) => {
    await begun(orders);

    expect(await tried(user)).toEqual([]);
  },
  60_000,
);

it.each(states)(
  'row 27: somebody of another workspace does nothing to an incident that is %s',
  async (_, orders) => {
    await begun(orders);

    expect(await tried('U0BOSS', 'T2')).toEqual([]);
  },
  60_000,
);

it('row 27: a member without a narrowed right may look on and join, and nothing else', async () => {
  await begun([], { rules: narrowed });

  expect(await tried('U0MEMBER')).toEqual(['button join']);
}, 60_000);

it('row 27: a right that was revoked between the drawing and the press is refused, and so is a member who became a guest', async () => {
  const held = new Set(['U0BOSS', 'U0MEMBER']);
  await begun([], { rules: narrowed, held });
  const { id, version } = bot.house.last();
  let later = 0;
  const sinceStart = performance.now.bind(performance);
  jest.spyOn(performance, 'now').mockImplementation(() => sinceStart() + later);
  const press = () => bot.press('escalate', { incident: id, version: version + 100 }, { user: 'U0MEMBER' });
  await press();
  const before = bot.house.inputs.length;

  held.delete('U0MEMBER');
  later += 61_000;
  await press();
  held.add('U0MEMBER');
  users['U0MEMBER'] = { is_restricted: true };
  later += 61_000;
  await press();
  delete users['U0MEMBER'];

  expect(before).toBeGreaterThan(1);
  expect(bot.house.inputs).toHaveLength(before);
}, 60_000);
