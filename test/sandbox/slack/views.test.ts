/** Forms and Home tabs. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { HomeView, ModalView } from '@slack/types';
import { codeOf, type Listener, openListener, openTown, type Town } from './town.ts';

let town: Town;
let bot: Listener;
beforeAll(async () => {
  bot = await openListener();
  town = await openTown({ botUrl: bot.url });
});
afterAll(async () => {
  await town.slack.stop();
  await bot.stop();
});
afterEach(() => void jest.restoreAllMocks());
beforeEach(() => bot.answer(200));

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const form = (more: Partial<ModalView> = {}): ModalView => ({
  type: 'modal',
  callback_id: 'declare',
  title: plain('Declare'),
  submit: plain('Send'),
  blocks: [
    {
      type: 'input',
      block_id: 'title',
      label: plain('What'),
      element: { type: 'plain_text_input', action_id: 't', max_length: 20 },
    },
    {
      type: 'input',
      block_id: 'severity',
      label: plain('How bad'),
      element: {
        type: 'static_select',
        action_id: 's',
        options: ['p1', 'p2'].map((value) => ({ text: plain(value.toUpperCase()), value })),
        initial_option: { text: plain('P2'), value: 'p2' },
      },
    },
    { type: 'actions', block_id: 'more', elements: [{ type: 'button', text: plain('More'), action_id: 'more' }] },
  ],
  ...more,
});

/** A trigger that somebody's command has just made. */
async function trigger(): Promise<string> {
  await town.slack.user('U1').command('declare', { channel: 'C2' });
  return bot.heard.at(-1)?.form['trigger_id'] ?? '';
}

const open = async (view: ModalView = form()) => {
  const opened = await town.client.views.open({ trigger_id: await trigger(), view });
  return JSON.parse(JSON.stringify(opened.view ?? {}));
};

describe('a trigger', () => {
  it('opens one form', async () => {
    const trigger_id = await trigger();

    expect(await codeOf(town.client.views.open({ trigger_id, view: form() }))).toBe('ok');
    expect(await codeOf(town.client.views.open({ trigger_id, view: form() }))).toBe('exchanged_trigger_id');
  });

  it('must be one that Slack has given out', async () => {
    expect(await codeOf(town.client.views.open({ trigger_id: '12345.bogus', view: form() }))).toBe(
      'invalid_trigger_id',
    );
  });

  it('is not spent on a form that is refused', async () => {
    const trigger_id = await trigger();

    expect(await codeOf(town.client.views.open({ trigger_id, view: form({ title: plain('x'.repeat(25)) }) }))).toBe(
      'invalid_arguments',
    );
    expect(await codeOf(town.client.views.open({ trigger_id, view: form() }))).toBe('ok');
  });

  it('lives three seconds', async () => {
    const [early, late] = [await trigger(), await trigger()];
    const now = performance.now();
    const after = (ms: number) => jest.spyOn(performance, 'now').mockReturnValue(now + ms);

    after(2_900);
    const within = await codeOf(town.client.views.open({ trigger_id: early, view: form() }));
    after(3_100);
    const beyond = await codeOf(town.client.views.open({ trigger_id: late, view: form() }));

    expect([within, beyond]).toEqual(['ok', 'expired_trigger_id']);
  });
});

describe('a form', () => {
  it('is drawn anew by its id, if nobody else did in between', async () => {
    const { id: view_id, hash } = await open();
    const redrawn = await town.client.views.update({ view_id, hash, view: form({ title: plain('Again') }) });

    expect(redrawn.view?.hash).not.toBe(hash);
    expect(await codeOf(town.client.views.update({ view_id, hash, view: form() }))).toBe('hash_conflict');
    expect(await codeOf(town.client.views.update({ view_id: 'V9', view: form() }))).toBe('not_found');
  });

  it('must not be larger than 250 kB', async () => {
    const description = plain('🔥'.repeat(75));
    const options = Array.from({ length: 100 }, (_, n) => ({ text: plain('x'), value: `${n}`, description }));
    const lists = Array.from({ length: 9 }, (_, n) => ({
      type: 'input' as const,
      label: plain('x'),
      element: { type: 'static_select' as const, action_id: `a${n}`, options },
    }));
    const [trigger_id, other] = [await trigger(), await trigger()];

    expect(await codeOf(town.client.views.open({ trigger_id, view: form({ blocks: lists }) }))).toBe('view_too_large');
    expect(await codeOf(town.client.views.open({ trigger_id: other, view: form({ blocks: lists.slice(0, 6) }) }))).toBe(
      'ok',
    );
  });

  it('is sent with what was typed and what stood there before', async () => {
    await town.slack.user('U1').submit(await open(), { title: 'checkout is down' });

    const { payload } = bot.heard.at(-1) ?? {};
    expect(payload).toMatchObject({
      type: 'view_submission',
      user: { id: 'U1' },
      view: {
        callback_id: 'declare',
        state: {
          values: {
            title: { t: { type: 'plain_text_input', value: 'checkout is down' } },
            severity: { s: { selected_option: { value: 'p2' } } },
          },
        },
      },
    });
  });

  it('does not leave the window unfilled, too long, or with what is not in the list', async () => {
    const view = await open();
    const submit = (of: object, values: Record<string, string>) => town.slack.user('U1').submit({ ...of }, values);

    await expect(submit(view, {})).rejects.toThrow('"What" must be filled');
    await expect(submit(view, { title: 'x'.repeat(21) })).rejects.toThrow('"What" is too long');
    await expect(submit(view, { title: 'x', severity: 'p9' })).rejects.toThrow('cannot be chosen');
  });

  it('is seen by nobody else, and not after it was sent', async () => {
    const view = await open();

    await expect(town.slack.user('U2').submit(view, { title: 'x' })).rejects.toThrow('does not see this form');
    await town.slack.user('U1').submit(view, { title: 'x' });
    await expect(town.slack.user('U1').submit(view, { title: 'x' })).rejects.toThrow('does not see this form');
  });

  it('stays with what is wrong beside the field', async () => {
    const view = await open();
    bot.answer(200, { response_action: 'errors', errors: { title: 'too vague' } });

    const answer = await town.slack.user('U1').submit(view, { title: 'x' });
    bot.answer(200);

    expect(answer).toMatchObject({ errors: { title: 'too vague' }, view: { id: view.id } });
    expect((await town.slack.user('U1').submit(view, { title: 'better' })).view).toBeUndefined();
  });

  it('stays when the bot names no field of it, which is a violation', async () => {
    const { slack } = town;
    bot.answer(200, { response_action: 'errors', errors: { elsewhere: 'too vague' } });

    const answer = await slack.user('U1').submit(await open(), { title: 'x' });

    expect(answer.errors).toBeUndefined();
    expect(answer.view).toBeDefined();
    expect(slack.violations.at(-1)).toContain('errors name no input block');
  });

  it.each([
    ['update', 1],
    ['push', 2],
  ])('may be answered with another one: %s', async (response_action, open_) => {
    const view = await open();
    bot.answer(200, { response_action, view: form({ title: plain('Next') }) });

    const answer = await town.slack.user('U1').submit(view, { title: 'x' });
    bot.answer(200);

    expect(answer.view).toMatchObject({ title: { text: 'Next' }, root_view_id: view.id });
    expect(answer.view?.['id'] === view.id).toBe(open_ === 1);
  });

  it('stacks three high', async () => {
    let view = await open();
    const push = async (): Promise<string> => {
      await town.slack.user('U1').click(view, 'More');
      const trigger_id = String(bot.heard.at(-1)?.payload['trigger_id']);
      const code = await codeOf(town.client.views.push({ trigger_id, view: form() }));
      view = town.slack.transcript.at(-1)?.view ?? view;
      return code;
    };

    expect([await push(), await push(), await push()]).toEqual(['ok', 'ok', 'push_limit_reached']);
  });

  it('is cleared away with all below it', async () => {
    const below = await open();
    bot.answer(200, { response_action: 'push', view: form() });
    const { view: top = {} } = await town.slack.user('U1').submit(below, { title: 'x' });
    bot.answer(200, { response_action: 'clear' });

    const answer = await town.slack.user('U1').submit(top, { title: 'x' });

    expect(answer.view).toBeUndefined();
    await expect(town.slack.user('U1').submit(below, { title: 'x' })).rejects.toThrow('does not see');
  });

  it('tells that it was closed only when it is asked to', async () => {
    const [silent, telling] = [await open(), await open(form({ notify_on_close: true }))];

    expect(await town.slack.user('U1').close(silent)).toBeUndefined();
    expect(await town.slack.user('U1').close(telling)).toMatchObject({ status: 200 });
    expect(bot.heard.at(-1)?.payload).toMatchObject({ type: 'view_closed', view: { id: telling.id } });
  });
});

describe('a Home tab', () => {
  const home = (text: string): HomeView => ({ type: 'home', blocks: [{ type: 'section', text: plain(text) }] });

  it('is one for each person and drawn over', async () => {
    const first = await town.client.views.publish({ user_id: 'U1', view: home('one') });
    const second = await town.client.views.publish({ user_id: 'U1', view: home('two') });
    const other = await town.client.views.publish({ user_id: 'U2', view: home('one') });
    const nobody = await codeOf(town.client.views.publish({ user_id: 'U9', view: home('one') }));

    expect(nobody).toBe('user_not_found');
    expect(second.view?.id).toBe(first.view?.id);
    expect(other.view?.id).not.toBe(first.view?.id);
    expect(await codeOf(town.client.views.publish({ user_id: 'U1', view: home('x'), hash: 'stale' }))).toBe(
      'hash_conflict',
    );
  });

  it('must be switched on in the manifest', async () => {
    const manifest = { features: {}, settings: {}, oauth_config: { scopes: { bot: [] } } };
    const { slack, client } = await openTown({ manifest });

    expect(await codeOf(client.views.publish({ user_id: 'U1', view: home('x') }))).toBe('not_enabled');
    await slack.stop();
  });
});
