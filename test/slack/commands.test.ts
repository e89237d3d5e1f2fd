/** `/incident …`: every verb, typed as a person types it, by signed requests. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { titleLength } from '../../src/incident/policy.ts';
import { nine, policy } from './house.ts';
import { type Bot, type Reply, startBot } from './slack.ts';
import { report } from './views/world.ts';

let bot: Bot;
beforeEach(async () => {
  bot = await startBot();
});
afterEach(() => bot.stop());

const commands = () => bot.house.inputs.map(({ command }) => command);
const inside = { channel: 'C0INC1' };

/** An incident with its own channel, and the declaration itself forgotten. */
async function declared(words = 'p1 checkout returns nothing'): Promise<void> {
  await bot.slash(`declare ${words}`);
  await bot.house.openChannel(inside.channel);
  bot.house.inputs.length = 0;
}

const formOf = async (doing: Promise<Reply>): Promise<string> => {
  const [call] = await Promise.all([bot.slack.next('views.open'), doing]);
  return JSON.stringify(call.body);
};

describe('declare', () => {
  it('p1 alone declares at once', async () => {
    const { text } = await bot.slash('declare p1');

    expect(text).toContain('P1 #1 declared');
    expect(commands()).toEqual([{ kind: 'declare', severity: 'p1', title: '' }]);
  });

  it('with severity and words declares at once', async () => {
    await bot.slash('declare sev3 the logo is <https://x.example|blurred> &amp; grey');

    expect(commands()).toEqual([{ kind: 'declare', severity: 'p3', title: 'the logo is https://x.example & grey' }]);
  });

  it('takes the issue type that the words suggest', async () => {
    await bot.slash('declare p2 workflow executions stuck');

    expect(bot.house.last().issueType).toBe('workflow-stuck');
  });

  it.each(['declare', 'declare p2', 'declare P3  ', 'declare search is slow'])(
    '%s opens the form and declares nothing yet',
    async (text) => {
      const reply = bot.slash(text);

      expect(await formOf(reply)).toContain('"callback_id":"declare"');
      expect(await reply).toMatchObject({ status: 200, text: '' });
      expect(commands()).toEqual([]);
    },
  );

  it('fills the form as far as it is known', async () => {
    expect(await formOf(bot.slash('declare search is slow'))).toContain('"initial_value":"search is slow"');
    expect(await formOf(bot.slash('declare p2'))).toContain('"initial_option":{"text":{"type":"plain_text","text":"P2');
  });

  it.each(['expired_trigger_id', 'exchanged_trigger_id', 'fatal_error'])(
    'answers with a button when the form cannot open (%s), and the button opens it',
    async (error) => {
      const late = await startBot({ answers: { 'views.open': () => ({ ok: false, error }) } });

      const { body } = await late.slash('declare search is slow');
      await late.stop();
      const opened = formOf(bot.press('open-form', { data: 'p2', words: 'search is slow' }));

      expect(JSON.stringify(body)).toContain('open-form');
      expect(await opened).toContain('search is slow');
    },
  );

  it('refuses a severity that there is not', async () => {
    const { text } = await bot.slash('declare p0 everything is down');

    expect(text).toContain('"p0" is none of p1, p2, p3');
    expect(commands()).toEqual([]);
  });

  it('cuts words that are no title any more, keeps them whole beside it and says so', async () => {
    const long = 'x'.repeat(5_000);

    const { body } = await bot.slash(`declare p1 ${long}`);

    expect(bot.house.inputs[0]?.command).toMatchObject({ title: 'x'.repeat(titleLength), details: long });
    expect(JSON.stringify(body)).toContain('was cut at 500 characters');
  });

  it('shows the one that looks the same, and declares all the same when that is pressed', async () => {
    await bot.slash('declare p1 checkout is down');

    const { text, body } = await bot.slash('declare p1 checkout down again', { trigger: 'second' });
    const told = bot.slack.next('respond');
    await bot.press('declare-anyway', { data: 'command:second' });
    await told;
    await bot.press('declare-anyway', { data: 'command:second' }, { user: 'U2' });

    expect(text).toContain('looks like P1 #1');
    expect(JSON.stringify(body)).toContain('declare-anyway');
    expect(bot.house.incidents()).toHaveLength(2);
  });

  it('sends no word on as a mention or a link', async () => {
    const { body } = await bot.slash('declare p1 <!channel> &lt;!here&gt; <https://evil.example|bank>');

    expect(JSON.stringify(body)).not.toMatch(/<!|<https/);
  });
});

describe('a verb', () => {
  it.each([
    ['ack', { kind: 'acknowledge' }],
    ['ACK', { kind: 'acknowledge' }],
    ['lead', { kind: 'lead' }],
    ['lead <@U0ANA|ana>', { kind: 'lead', to: { slack: 'U0ANA' } }],
    ['role scribe', { kind: 'role', role: 'scribe' }],
    ['role Scribe <@U0ANA>', { kind: 'role', role: 'scribe', to: { slack: 'U0ANA' } }],
    ['severity critical', { kind: 'severity', severity: 'p1' }],
    ['update db &gt; 90 %', { kind: 'update', text: 'db > 90 %' }],
    ['escalate', { kind: 'escalate' }],
    ['mitigate', { kind: 'mitigate' }],
    ['resolve', { kind: 'resolve' }],
    ['resolve it was DNS', { kind: 'resolve', summary: 'it was DNS' }],
    ['reopen it is back', { kind: 'reopen', reason: 'it is back' }],
    ['close', { kind: 'close' }],
    ['cancel a test', { kind: 'cancel', reason: 'a test' }],
    ['title search is slow', { kind: 'title', title: 'search is slow' }],
    ['type workflow-stuck', { kind: 'issue-type', issueType: 'workflow-stuck' }],
    ['type workflow-stuk', { kind: 'issue-type', issueType: 'workflow-stuck' }],
    ['diagnose high memory', { kind: 'diagnose', issueType: 'high-memory' }],
    ['diagnose', { kind: 'diagnose' }],
    ['unack', { kind: 'unack' }],
  ])('%s', async (text, command) => {
    await declared();

    const reply = await bot.slash(text, inside);

    expect(commands()).toEqual([command]);
    expect(reply.text).not.toBe('');
  });

  it.each([
    ['lead ana', 'The lead was not changed'],
    ['role', 'No role was given'],
    ['role scribe ana', 'The role was not changed'],
    ['severity p7', 'The severity was not changed: "p7"'],
    ['type gremlins', 'is no issue type'],
    ['diagnose gremlins', 'Nothing was looked at: "gremlins" is no issue type of the runbook'],
    ['diagnose 502 out of memory', '"502 out of memory" may be api-gateway-502 or high-memory: say which.'],
  ])('%s lacks something, and that is said', async (text, sentence) => {
    await declared();

    const reply = await bot.slash(text, inside);

    expect(reply.text).toContain(sentence);
    expect(commands()).toEqual([]);
  });

  it.each([['update'], ['title'], ['reopen']])('%s without words opens its form', async (verb) => {
    await declared();

    expect(await formOf(bot.slash(verb, inside))).toContain(`"callback_id":"${verb}"`);
  });

  it('says what was refused and who was first', async () => {
    await declared();
    await bot.slash('ack', { ...inside, user: 'U0ANA' });

    const { text } = await bot.slash('ack', inside);

    expect(text).toContain('already, by <@U0ANA>');
  });

  it.each([
    ['eskalate', 'escalate'],
    ['resolv', 'resolve'],
    ['delcare', 'declare'],
  ])('%s is asked back as %s', async (typed, meant) => {
    const { text } = await bot.slash(typed);

    expect(text).toContain(`Did you mean \`/incident ${meant}\``);
  });

  it.each([
    ['a&lt;b', '"a&lt;b"'],
    ['severity a&lt;b', '"a&lt;b"'],
    ['severity #1&lt;b', '"#1&lt;b"'],
    ['role a&lt;b', '"a&lt;b"'],
  ])('%s is echoed as it was typed, and escaped once', async (words, echo) => {
    await declared();

    const { body } = await bot.slash(words, inside);

    expect(JSON.stringify(body)).toContain(JSON.stringify(echo).slice(1, -1));
  });

  it('that resembles nothing points to help', async () => {
    const { text, body } = await bot.slash('frobnicate');

    expect(text).toBe('Nothing was done: there is no "frobnicate".');
    expect(JSON.stringify(body)).toContain('/incident help');
  });
});

describe('the incident that is meant', () => {
  it('is the one of the channel, whatever else is open', async () => {
    await declared();
    await bot.slash('declare p2 search is slow');

    await bot.slash('ack', inside);

    expect(bot.house.inputs.at(-1)).toMatchObject({ incident: 'i1' });
  });

  it('is the one whose number is given, even in the channel of another', async () => {
    await declared();
    await bot.slash('declare p2 search is slow');

    await bot.slash('resolve #2 it was DNS', inside);

    expect(bot.house.inputs.at(-1)).toMatchObject({ incident: 'i2', command: { summary: 'it was DNS' } });
  });

  it('is the only one that is open', async () => {
    await declared();

    await bot.slash('ack');

    expect(bot.house.inputs.at(-1)).toMatchObject({ incident: 'i1' });
  });

  it('is asked for when there are several, and the words wait for the press', async () => {
    await declared();
    await bot.slash('declare p2 search is slow');

    const { text, body } = await bot.slash('update still looking');
    const told = bot.slack.next('respond');
    await bot.press('pick', { incident: 'i2', words: 'update still looking' });
    await told;

    expect(text).toContain('which incident do you mean');
    expect(JSON.stringify(body)).toContain('update still looking');
    expect(bot.house.inputs.at(-1)).toMatchObject({ incident: 'i2', command: { text: 'still looking' } });
  });

  it('is asked for by number when the words are too many for a button', async () => {
    await declared();
    await bot.slash('declare p2 search is slow');

    const { body } = await bot.slash(`update ${'long '.repeat(200)}`);

    expect(JSON.stringify(body)).toContain('with its number');
    expect(JSON.stringify(body)).not.toContain('"pick');
  });

  it('is the number that was typed, with a mark behind it or not, and no other where it is none', async () => {
    await bot.slash('declare p1 checkout is down');
    await bot.slash('declare p2 search is slow');

    expect((await bot.slash('resolve #2: the disk was full')).text).toMatch(/#2.*resolved/);
    expect((await bot.slash('ack #9999999999')).text).toContain('is no incident');
    expect((await bot.slash('ack #1x mine')).text).toContain('is no incident');
  });

  it('is none where nothing is open, or no such number is', async () => {
    expect((await bot.slash('ack')).text).toContain('no incident is open');
    expect((await bot.slash('ack #99')).text).toContain('there is no incident #99');
  });
});

describe('a question', () => {
  it('is answered without changing anything', async () => {
    await declared();

    const answers = await Promise.all(['status', 'duties', 'list', 'help', ''].map((text) => bot.slash(text, inside)));

    expect(answers.map(({ text }) => text)).toEqual([
      expect.stringContaining('#1'),
      expect.stringContaining('what will ping whom'),
      expect.stringContaining('1 incident is open'),
      'What /incident can do',
      'What /incident can do',
    ]);
    expect(commands()).toEqual([]);
  });

  it('for an audit says what was found, and what was not', async () => {
    await declared();
    const found = { number: 1, head: { head: 'abc', length: 2 }, whole: true, missed: [], late: [] };
    const { id } = bot.house.last();
    bot.house.audits.set(id, { ...found, faults: [] });
    const good = await bot.slash('audit', inside);
    bot.house.audits.set(id, { ...found, faults: ['#1: duty update:2.0 is missing.'] });
    const bad = await bot.slash('audit #1');

    expect(good.text).toBe('P1 #1: its records hold together, and nothing was late');
    expect(bad.text).toBe('P1 #1: something is wrong with its records');
    expect(JSON.stringify(bad.body)).toContain('duty update:2.0 is missing');
  });

  it('for help lists every verb', async () => {
    const { body } = await bot.slash('help');

    for (const verb of ['declare', 'unack', 'duties', 'diagnose', 'cancel'])
      expect(JSON.stringify(body)).toContain(`/incident ${verb}`);
  });
});

it('whatever is typed, something is said or a form opens', async () => {
  const typed = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc
      .tuple(fc.constantFrom('declare', 'lead', 'role', 'update', 'resolve', 'type', '#1', 'p1'), fc.string())
      .map((words) => words.join(' ')),
  );

  await fc.assert(
    fc.asyncProperty(typed, async (text) => {
      const before = bot.slack.called.filter(({ method }) => method === 'views.open').length;
      const reply = await bot.slash(text);
      const forms = bot.slack.called.filter(({ method }) => method === 'views.open').length - before;

      expect(reply.status).toBe(200);
      expect(reply.text !== '' || forms === 1).toBe(true);
    }),
    { numRuns: 150 },
  );
});

describe('a right', () => {
  const rules = { ...policy, rights: { close: ['U0BOSS', 'S0CLOSERS'] } };

  it.each([
    ['U0BOSS', { ok: true, users: [] }, true],
    ['U0ANA', { ok: true, users: ['U0ANA'] }, true],
    ['U0BOB', { ok: true, users: ['U0ANA'] }, false],
    ['U0BOB', { ok: false, error: 'fatal_error' }, false],
  ])('that the runbook narrows: %s, with the group %j: %s', async (user, members, may) => {
    const narrow = await startBot({ rules, answers: { 'usergroups.users.list': () => members } });
    await narrow.slash('declare p1 checkout is down');

    const { text } = await narrow.slash('cancel', { user });
    await narrow.stop();

    expect(narrow.house.last().phase).toBe(may ? 'cancelled' : 'open');
    expect(text.includes('does not let you')).toBe(!may);
  });
});

it('counts from the clock of the house', async () => {
  await declared();

  expect(bot.house.last().declaredAt).toBe(nine);
});

describe('diagnose outside of any incident', () => {
  it('answers the asker alone, with the report, and changes nothing', async () => {
    bot.house.report.seen = report;

    const { body, text } = await bot.slash('diagnose workflow stuck');

    expect(text).toContain('37 executions running');
    expect(body).toMatchObject({ response_type: 'ephemeral' });
    expect(JSON.stringify(body)).not.toContain('Look again');
    expect(bot.house.looks).toEqual(['workflow-stuck']);
    expect(bot.house.inputs).toEqual([]);
  });

  it('looks at everything when nothing is named, even beside the only open incident', async () => {
    await declared();
    bot.house.report.seen = report;

    await bot.slash('diagnose', { channel: 'C0ELSEWHERE' });

    expect(bot.house.looks).toEqual([undefined]);
    expect(commands()).toEqual([]);
  });

  it('looks for an incident that is named by its number', async () => {
    await declared();

    await bot.slash('diagnose #1 workflow-stuck', { channel: 'C0ELSEWHERE' });

    expect(bot.house.looks).toEqual([]);
    expect(commands()).toEqual([{ kind: 'diagnose', issueType: 'workflow-stuck' }]);
  });

  it('gives the runbook where nobody can look', async () => {
    const { text } = await bot.slash('diagnose high-memory');

    expect(text).toContain('High Memory Usage: not looked at');
  });
});
