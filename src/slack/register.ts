/** Slack's payloads, parsed at the edge: commands, presses and forms, each heard once and answered the way it can be. */
import { createHash } from 'node:crypto';
import type { App } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import { z } from 'zod';
import { keyOfPress, press } from './actions.ts';
import type { Desk } from './desk.ts';
import type { Heard, Listening, Outcome } from './listener.ts';
import { submit, Values } from './modals.ts';
import { obey } from './obey.ts';
import { plain, takeWord } from './parse.ts';
import type { Address, Reply } from './reply.ts';
import { codeOf } from './send-failed.ts';
import { escape } from './views/blocks.ts';
import type { Message } from './views/message.ts';
import { actionOf } from './views/press.ts';

export interface Registering {
  desk: Desk;
  listening: Listening;
  reply: Reply;
}

export function register(app: App, parts: Registering): void {
  app.command('/incident', ({ body, ack }) =>
    heardCommand(parts, body, (message) => ack(message && ephemeral(message))),
  );
  app.action(/.+/, ({ body, ack }) => heardPress(parts, body, () => ack()));
  app.view({ callback_id: /.+/, type: 'view_submission' }, ({ body, ack }) =>
    heardForm(parts, body, (answer) => (answer ? ack(answer) : ack())),
  );
}

const ephemeral = (message: Message) => ({ response_type: 'ephemeral' as const, ...message });

const Typed = z.object({
  text: z.string().default(''),
  user_id: z.string(),
  team_id: z.string(),
  channel_id: z.string(),
  trigger_id: z.string(),
  response_url: z.string().optional(),
});

async function heardCommand(
  { desk, listening, reply }: Registering,
  body: unknown,
  ack: (message: Message | undefined) => Promise<void>,
): Promise<void> {
  const typed = Typed.parse(body);
  const { user_id: user, channel_id: channel, trigger_id: trigger, response_url: url } = typed;
  const address = { url, channel, user };
  const asker = { user, channel, trigger, key: `command:${trigger}`, how: 'typed' as const };
  const heard: Heard = {
    what: `/incident ${escape(plain(takeWord(typed.text).word).slice(0, 30))}`.trim(),
    user,
    teams: [typed.team_id],
    acknowledge: (outcome) => ack(outcome?.message),
    acknowledgeBusy: ack,
    follow: (outcome) => following(reply, address, outcome),
  };
  await listening.hear(heard, (log) => obey({ ...desk, log }, asker, { text: typed.text }));
}

const following = async (reply: Reply, address: Address, outcome: Outcome): Promise<void> => {
  if (outcome) await reply(address, outcome.message);
};

const Id = z.object({ id: z.string() });
const User = z.object({ id: z.string(), team_id: z.string().optional() });

const Clicked = z.object({
  user: User,
  team: Id.nullish(),
  channel: Id.optional(),
  container: z.object({ message_ts: z.string().optional() }).default({}),
  view: Id.optional(),
  trigger_id: z.string(),
  response_url: z.string().optional(),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().default('') })).min(1),
});
type Clicked = z.infer<typeof Clicked>;

async function heardPress(parts: Registering, body: unknown, ack: () => Promise<void>): Promise<void> {
  const clicked = Clicked.parse(body);
  const [action] = clicked.actions;
  if (!action) return ack();
  const { user, channel, trigger_id: trigger } = clicked;
  const pressed = { actionId: action.action_id, value: action.value };
  const place = clicked.view?.id ?? `${channel?.id}:${clicked.container.message_ts}`;
  const key = keyOfPress(place, user.id, pressed);
  const asker = { user: user.id, channel: channel?.id, trigger, key, how: 'press' as const };
  // a press is acknowledged without words: they take the way of an answer
  const follow = (outcome: Outcome) => answerPress(parts, clicked, outcome);
  const heard: Heard = {
    what: `The button ${actionOf(action.action_id) ?? ''}`.trim(),
    user: user.id,
    teams: teamsOf(clicked),
    acknowledge: async (outcome) => {
      await ack();
      await follow(outcome);
    },
    acknowledgeBusy: async (message) => {
      await ack();
      await follow({ message });
    },
    follow,
  };
  await parts.listening.hear(heard, (log) => press({ ...parts.desk, log }, asker, pressed));
}

const teamsOf = ({ user, team }: Pick<Clicked, 'user' | 'team'>): string[] =>
  [team?.id, user.team_id].filter((id) => id !== undefined);

async function answerPress({ desk, reply }: Registering, clicked: Clicked, outcome: Outcome): Promise<void> {
  if (!outcome) return;
  if (clicked.view) return showIn(desk, clicked.view.id, outcome.message);
  const { user, channel, response_url: url } = clicked;
  await reply({ url, channel: channel?.id, user: user.id }, outcome.message);
}

const Submitted = z.object({
  user: User,
  team: Id.nullish(),
  trigger_id: z.string().default(''),
  view: z.object({
    id: z.string(),
    callback_id: z.string(),
    private_metadata: z.string().default(''),
    state: z.object({ values: Values }),
  }),
});

type FormAnswer =
  | { response_action: 'errors'; errors: Record<string, string> }
  | { response_action: 'update'; view: ModalView }
  | undefined;

async function heardForm(
  { desk, listening }: Registering,
  body: unknown,
  ack: (answer: FormAnswer) => Promise<void>,
): Promise<void> {
  const { user, team, view, trigger_id: trigger } = Submitted.parse(body);
  const { values } = view.state;
  // what was filled in makes it this input: a form that was sent back corrected is another one
  const filled = createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 32);
  const asker = { user: user.id, trigger, key: `view:${view.id}:${filled}`, how: 'form' as const };
  const heard: Heard = {
    what: `The form ${escape(view.callback_id)}`,
    user: user.id,
    teams: teamsOf({ user, team }),
    acknowledge: (outcome) => ack(formAnswer(outcome)),
    acknowledgeBusy: (message) => ack(formAnswer({ message })),
    follow: async (outcome) => {
      if (outcome) await showIn(desk, view.id, outcome.message);
    },
  };
  const sent = { form: view.callback_id, about: view.private_metadata, values };
  await listening.hear(heard, (log) => submit({ ...desk, log }, asker, sent));
}

function formAnswer(outcome: Outcome): FormAnswer {
  if (outcome?.faults) return { response_action: 'errors', errors: outcome.faults };
  return outcome && { response_action: 'update', view: page(outcome.message) };
}

/** A form has no channel to answer in: its window shows the answer. */
const page = ({ blocks }: Message): ModalView => ({
  type: 'modal',
  title: { type: 'plain_text', text: 'Incident' },
  close: { type: 'plain_text', text: 'Close' },
  blocks,
});

async function showIn({ client, log }: Desk, id: string, message: Message): Promise<void> {
  try {
    await client.views.update({ view_id: id, view: page(message) });
  } catch (error) {
    log.warn({ code: codeOf(error) }, 'an answer could not be shown: the window is closed');
  }
}
