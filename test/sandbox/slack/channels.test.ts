/** Channels and who is in them. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeOf, openTown, type Town } from './town.ts';

let town: Town;
beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town.slack.stop());

const create = (name: string) => town.client.conversations.create({ name });
const made = async (name: string): Promise<string> => (await create(name)).channel?.id ?? '';

describe('the name of a channel', () => {
  it.each([
    ['of 80 letters', 'a'.repeat(80), 'ok'],
    ['of 81 letters', 'a'.repeat(81), 'invalid_name_maxlength'],
    ['with digits, dashes and low lines', 'inc-1_checkout', 'ok'],
    ['with capitals', 'Inc-1', 'invalid_name_specials'],
    ['with a space', 'inc 1', 'invalid_name_specials'],
    ['with an umlaut', 'störung', 'invalid_name_specials'],
    ['of dashes only', '---', 'invalid_name_punctuation'],
    ['that is empty', '', 'invalid_name_required'],
    ['that another one has', 'general', 'name_taken'],
  ])('%s', async (_what, name, outcome) => {
    expect(await codeOf(create(name))).toBe(outcome);
  });

  it('stays taken when the channel is closed', async () => {
    const channel = await made('closed-soon');
    await town.client.conversations.archive({ channel });

    expect(await codeOf(create('closed-soon'))).toBe('name_taken');
  });

  it('may be changed by the app that made the channel, and by no other', async () => {
    const channel = await made('first-name');

    expect(await codeOf(town.client.conversations.rename({ channel, name: 'second-name' }))).toBe('ok');
    expect(await codeOf(town.client.conversations.rename({ channel: 'C1', name: 'third-name' }))).toBe(
      'not_authorized',
    );
  });
});

describe('a topic', () => {
  it.each([
    ['of 250 characters', '🔥'.repeat(250), 'ok'],
    ['of 251 characters', '🔥'.repeat(251), 'too_long'],
  ])('%s', async (_what, topic, outcome) => {
    expect(await codeOf(town.client.conversations.setTopic({ channel: 'C1', topic }))).toBe(outcome);
  });

  it.each([
    ['the app is not in', 'C2', 'not_in_channel'],
    ['nobody has', 'C9', 'channel_not_found'],
    ['is private and not its own', 'C3', 'channel_not_found'],
  ])('cannot be set in a channel that %s', async (_what, channel, outcome) => {
    expect(await codeOf(town.client.conversations.setTopic({ channel, topic: 'x' }))).toBe(outcome);
  });
});

describe('an invitation', () => {
  it.each([
    ['a member', 'U1', 'ok'],
    ['a guest', 'U3', 'user_is_restricted'],
    ['somebody who left', 'U4', 'user_disabled'],
    ['somebody of another workspace', 'U5', 'user_team_not_in_channel'],
    ['nobody', 'U9', 'user_not_found'],
    ['the app itself', 'U0RESPONDER', 'cant_invite_self'],
    ['no id', '', 'no_user'],
  ])('of %s', async (_what, users, outcome) => {
    const channel = await made(`invite-${users.toLowerCase() || 'none'}`);

    expect(await codeOf(town.client.conversations.invite({ channel, users }))).toBe(outcome);
  });

  it('of somebody who is there already', async () => {
    expect(await codeOf(town.client.conversations.invite({ channel: 'C1', users: 'U1' }))).toBe('already_in_channel');
  });

  it('fails as a whole for one bad id, unless it is forced', async () => {
    const channel = await made('mixed');

    const plain = await codeOf(town.client.conversations.invite({ channel, users: 'U1,U9' }));
    const forced = await town.client.conversations.invite({ channel, users: 'U1,U9', force: true });

    expect(plain).toBe('user_not_found');
    expect(forced.channel).toMatchObject({ num_members: 2 });
  });

  it('takes a hundred ids and not one more', async () => {
    const ids = (n: number): string => Array.from({ length: n }, (_, i) => `U9${i}`).join(',');

    expect(await codeOf(town.client.conversations.invite({ channel: 'C1', users: ids(100) }))).toBe('user_not_found');
    expect(await codeOf(town.client.conversations.invite({ channel: 'C1', users: ids(101) }))).toBe('too_many_users');
  });
});

describe('closing a channel', () => {
  it('throws the app out, for good', async () => {
    const channel = await made('over');
    const closed = await codeOf(town.client.conversations.archive({ channel }));

    expect(closed).toBe('ok');
    expect(await codeOf(town.client.conversations.archive({ channel }))).toBe('already_archived');
    expect(await codeOf(town.client.chat.postMessage({ channel, text: 'x' }))).toBe('is_archived');
    expect(await codeOf(town.client.conversations.history({ channel }))).toBe('not_in_channel');
    expect(await codeOf(town.client.conversations.join({ channel }))).toBe('is_archived');
  });
});

describe('who is where', () => {
  it('is told in pages', async () => {
    const first = await town.client.conversations.members({ channel: 'C1', limit: 2 });
    const cursor = first.response_metadata?.next_cursor ?? '';
    const second = await town.client.conversations.members({ channel: 'C1', limit: 2, cursor });

    expect([first.members, second.members]).toEqual([['U1', 'U2'], ['U0RESPONDER']]);
    expect(second.response_metadata?.next_cursor).toBe('');
  });

  it("lists the app's own channels, among which no closed one is", async () => {
    const channel = await made('short-lived');
    const before = await town.client.users.conversations({});
    await town.client.conversations.archive({ channel });
    const after = await town.client.users.conversations({});

    expect(before.channels?.map(({ id }) => id)).toContain(channel);
    expect(after.channels?.map(({ id }) => id)).not.toContain(channel);
    expect(after.channels?.map(({ id }) => id)).not.toContain('C2');
  });

  it('lets the app join a public channel', async () => {
    const { slack, client } = await openTown();

    await client.conversations.join({ channel: 'C2' });

    expect(await codeOf(client.conversations.setTopic({ channel: 'C2', topic: 'x' }))).toBe('ok');
    await slack.stop();
  });
});

describe('people', () => {
  it('are found by e-mail while they are active', async () => {
    const ana = await town.client.users.lookupByEmail({ email: 'ANA@example.com' });

    expect(ana.user?.id).toBe('U1');
    expect(await codeOf(town.client.users.lookupByEmail({ email: 'old@example.com' }))).toBe('users_not_found');
  });

  it('show whether they are guests, gone, or of another workspace', async () => {
    const [guest, gone, other] = await Promise.all(['U3', 'U4', 'U5'].map((user) => town.client.users.info({ user })));

    expect(guest?.user).toMatchObject({ is_restricted: true, deleted: false });
    expect(gone?.user).toMatchObject({ deleted: true });
    expect(other?.user).toMatchObject({ team_id: 'T2', is_stranger: true });
    expect(await codeOf(town.client.users.info({ user: 'U9' }))).toBe('user_not_found');
  });

  it('have groups', async () => {
    const groups = await town.client.usergroups.list({ include_users: true });

    expect(groups.usergroups).toMatchObject([{ id: 'S1', handle: 'oncall', users: ['U2'] }, { id: 'S2' }]);
    expect((await town.client.usergroups.users.list({ usergroup: 'S1' })).users).toEqual(['U2']);
    expect(await codeOf(town.client.usergroups.users.list({ usergroup: 'S9' }))).toBe('no_such_subteam');
  });

  it('have a conversation with the app, unless they left', async () => {
    const open = await town.client.conversations.open({ users: 'U1' });

    expect(open.channel?.id).toMatch(/^D/);
    expect(await codeOf(town.client.conversations.open({ users: 'U4' }))).toBe('user_disabled');
    expect(await codeOf(town.client.conversations.open({ users: 'U1,U2' }))).toBe('missing_scope');
  });
});
