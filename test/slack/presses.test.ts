/** Buttons and forms: pressed by signed requests, by one person or by two, now or when all has changed. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { policy } from './house.ts';
import { type Bot, startBot } from './slack.ts';

let bot: Bot;
beforeEach(async () => {
  bot = await startBot();
  await bot.slash('declare p1 checkout returns nothing');
  await bot.house.openChannel('C0INC1');
  bot.house.inputs.length = 0;
});
afterEach(() => bot.stop());

const commands = () => bot.house.inputs.map(({ command }) => command);
const card = () => ({ incident: bot.house.last().id, version: bot.house.last().version });

/** What the presser alone reads; waits for it. */
async function told(pressing: () => Promise<unknown>): Promise<string> {
  const [call] = await Promise.all([bot.slack.next('respond'), pressing()]);
  return JSON.stringify(call.body);
}

const ephemerals = () => bot.slack.called.filter(({ method }) => method === 'respond').length;

describe('a button', () => {
  it.each([
    ['acknowledge', undefined, { kind: 'acknowledge' }],
    ['lead', undefined, { kind: 'lead' }],
    ['diagnose', 'high-memory', { kind: 'diagnose', issueType: 'high-memory' }],
    ['escalate', undefined, { kind: 'escalate' }],
    ['mitigate', undefined, { kind: 'mitigate' }],
    ['issue-type', 'workflow-stuck', { kind: 'issue-type', issueType: 'workflow-stuck' }],
    ['snooze', 'update', { kind: 'snooze', duty: 'update', for: 3_600_000 }],
  ] as const)('%s does its work, and the channel says so', async (action, data, command) => {
    const reply = await bot.press(action, { ...card(), ...(data ? { data } : {}) });

    expect(reply).toMatchObject({ status: 200, text: '' });
    expect(commands()).toEqual([command]);
    expect(bot.house.inputs[0]?.drawnFor).toBe(2);
    expect(ephemerals()).toBe(0);
  });

  it('of a chore is ticked off once it is owed', async () => {
    await bot.slash('resolve');

    await bot.press('done', { ...card(), data: 'status-page' });

    expect(bot.house.last().done['status-page']).toMatchObject({ how: 'done', by: { slack: 'U1' } });
  });

  it.each([
    ['update', undefined, 'update'],
    ['resolve', undefined, 'resolve'],
    ['ask-title', undefined, 'title'],
    ['waive', 'report', 'waive'],
  ] as const)('%s opens its form', async (action, data, form) => {
    const [call] = await Promise.all([
      bot.slack.next('views.open'),
      bot.press(action, { ...card(), ...(data ? { data } : {}) }),
    ]);

    expect(call.body['view']).toMatchObject({ callback_id: form });
    expect(commands()).toEqual([]);
  });

  it('pressed by two people at once takes effect once, and the second hears who was first', async () => {
    const drawn = card();

    const answer = await told(() =>
      Promise.all([bot.press('escalate', drawn, { user: 'U0ANA' }), bot.press('escalate', drawn, { user: 'U0BOB' })]),
    );

    expect(bot.house.last().escalations).toBe(1);
    expect(answer).toMatch(/<@U0ANA>|<@U0BOB>/);
    expect(answer).toContain('was first');
  });

  it('drawn before the same was done elsewhere is refused with who did it', async () => {
    const drawn = card();
    await bot.press('escalate', drawn, { user: 'U0ANA', ts: '1.1' });

    const answer = await told(() => bot.press('escalate', drawn, { user: 'U0BOB', ts: '2.2' }));

    expect(bot.house.last().escalations).toBe(1);
    expect(answer).toContain('<@U0ANA>');
  });

  it('pressed again much later is meant anew', async () => {
    const drawn = card();
    await bot.press('acknowledge', drawn);
    await bot.slash('unack');

    bot.house.wait(30_000);
    await told(() => bot.press('acknowledge', drawn, { user: 'U2' }));
    const soon = bot.house.last().acknowledged;
    bot.house.wait(31_000);
    await bot.press('acknowledge', drawn);

    expect(soon).toBeUndefined();
    expect(bot.house.last().acknowledged).toBeDefined();
  });

  it('to look again is meant anew after two seconds, and before that a double click', async () => {
    await bot.press('issue-type', { ...card(), data: 'workflow-stuck' });
    const report = card();
    const again = () => bot.press('diagnose', report);
    await again();

    bot.house.wait(1_000);
    await again();
    const soon = bot.house.last().version;
    bot.house.wait(1_001);
    await again();

    expect(soon).toBe(report.version + 1);
    expect(bot.house.last().version).toBe(report.version + 2);
  });

  it('to join is each person’s own, and open to those who may not respond', async () => {
    const narrow = await startBot({ rules: { ...policy, rights: { respond: ['U0BOSS'] } } });
    await narrow.slash('declare p1 checkout returns nothing');
    const pressed = { incident: 'i1', version: 1 };

    await Promise.all([narrow.slack.next('respond'), narrow.press('join', pressed, { user: 'U0ANA' })]);
    await Promise.all([narrow.slack.next('respond'), narrow.press('join', pressed, { user: 'U0BOB' })]);
    const [refused] = await Promise.all([narrow.slack.next('respond'), narrow.press('acknowledge', pressed)]);
    await narrow.stop();

    expect(narrow.house.inputs.filter(({ command }) => command.kind === 'join')).toHaveLength(2);
    expect(new Set(narrow.house.inputs.map(({ key }) => key)).size).toBe(3);
    expect(refused.body['text']).toContain('does not let you');
    expect(narrow.house.last().acknowledged).toBeUndefined();
  });

  it('on a closed incident changes nothing and says so', async () => {
    const drawn = card();
    await bot.slash('cancel');

    const answer = await told(() => bot.press('acknowledge', drawn));

    expect(answer).toContain('Nothing was changed');
  });

  it.each([
    ['of another release', { incident: 'i1', data: 'no such duty' }, 'done' as const],
    ['that names no incident', {}, 'acknowledge' as const],
    ['whose declaration is forgotten', { data: 'command:nobody' }, 'declare-anyway' as const],
  ])('%s is answered', async (_, pressed, action) => {
    expect(await told(() => bot.press(action, pressed))).toContain('Nothing was done');
    expect(commands()).toEqual([]);
  });
});

describe('a form', () => {
  const about = () => card();

  it.each([
    ['update', { text: 'half of it is back' }, {}, { kind: 'update', text: 'half of it is back' }],
    ['resolve', { text: '' }, {}, { kind: 'resolve' }],
    ['resolve', { text: 'it was DNS' }, {}, { kind: 'resolve', summary: 'it was DNS' }],
    ['title', { title: 'search is\nslow' }, {}, { kind: 'title', title: 'search is slow' }],
  ])('%s does its work and closes', async (form, values, more, command) => {
    const reply = await bot.submit(form, values, { ...about(), ...more });

    expect(reply).toMatchObject({ status: 200, text: '' });
    expect(commands()).toEqual([command]);
  });

  it('waives a duty with its reason', async () => {
    await bot.slash('resolve');

    await bot.submit('waive', { text: 'nobody saw it' }, { ...about(), data: 'affected-users' });

    expect(bot.house.last().done['affected-users']).toMatchObject({ how: 'waived', reason: 'nobody saw it' });
  });

  it('declares, and its window says so', async () => {
    const { body } = await bot.submit('declare', {
      severity: { chosen: 'p2' },
      title: 'search is slow',
      'issue-type': { chosen: 'high-memory' },
    });

    expect(commands()).toEqual([
      { kind: 'declare', severity: 'p2', title: 'search is slow', issueType: 'high-memory' },
    ]);
    expect(body).toMatchObject({ response_action: 'update' });
    expect(JSON.stringify(body)).toContain('P2 #2 declared');
  });

  it.each([
    ['update', { text: '   ' }, 'text'],
    ['title', { title: ' \n ' }, 'title'],
    ['declare', { title: 'search is slow' }, 'severity'],
    ['declare', { severity: { chosen: 'p1' }, title: ' ' }, 'title'],
    ['declare', { severity: { chosen: 'p2' }, title: 'x', 'issue-type': { chosen: 'gone' } }, 'issue-type'],
  ])('%s with a fault keeps standing and shows it at the field', async (form, values, field) => {
    const { body } = await bot.submit(form, values, about());

    expect(body).toMatchObject({ response_action: 'errors', errors: { [field]: expect.any(String) } });
    expect(bot.house.incidents()).toHaveLength(1);
  });

  it('sent twice counts once, and corrected counts anew', async () => {
    const send = (text: string) => bot.submit('update', { text }, about());
    const first = about();

    await Promise.all([send('it is back'), send('it is back')]);
    await send('it is not back');

    expect(new Set(bot.house.inputs.map(({ key }) => key)).size).toBe(2);
    expect(bot.house.last().version).toBe(first.version + 2);
  });

  it('that comes too late says so in its window', async () => {
    const before = about();
    await bot.slash('resolve');

    const { body } = await bot.submit('update', { text: 'looking' }, before);

    expect(JSON.stringify(body)).toContain('Nothing was changed');
  });

  it('sent by somebody without the right does nothing, though they could open it before', async () => {
    const narrow = await startBot({ rules: { ...policy, rights: { respond: ['U0BOSS'], declare: ['U0BOSS'] } } });
    await narrow.slash('declare p1 checkout returns nothing', { user: 'U0BOSS' });

    const update = await narrow.submit('update', { text: 'looking' }, { incident: 'i1', version: 1 });
    const declared = await narrow.submit('declare', { severity: { chosen: 'p2' }, title: 'search is slow' });
    await narrow.submit('update', { text: 'found it' }, { incident: 'i1', version: 1 }, { user: 'U0BOSS' });
    await narrow.stop();

    expect(JSON.stringify([update.body, declared.body])).toMatch(/change an incident.*declare an incident/);
    expect(narrow.house.inputs.map(({ command }) => command.kind)).toEqual(['declare', 'update']);
  });

  it('of another workspace does nothing', async () => {
    const { body } = await bot.submit('update', { text: 'looking' }, about(), { team: 'T2' });

    expect(JSON.stringify(body)).toContain('another workspace');
    expect(commands()).toEqual([]);
  });
});
