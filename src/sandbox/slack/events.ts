/** Events, delivered as Slack does: signed JSON, an id that stays the same, three more tries when nobody takes it. */
import { type Acknowledged, deliver, type Sender, type Tampering } from './delivery.ts';
import type { Json } from './json.ts';
import { newId, type Workspace } from './workspace.ts';

export interface HowDelivered extends Tampering {
  /** milliseconds before each further try; Slack waits nothing, a minute, five minutes */
  waits?: number[];
  id?: string;
}

const usualWaits = [0, 60_000, 300_000];

type Event = Json & { type: string };

/** Every try, the last one last. */
export async function sendEvent(sender: Sender, event: Event, how: HowDelivered): Promise<Acknowledged[]> {
  const { waits = usualWaits, id = newId('Ev'), ...tampering } = how;
  const { bot_events: subscribed = [], request_url: url } =
    sender.workspace.manifest.settings.event_subscriptions ?? {};
  if (!subscribed.includes(event.type)) throw new Error(`the manifest does not ask for the event ${event.type}`);
  const payload = callback(sender.workspace, event, { id, team: tampering.team ?? sender.workspace.team });
  const send = (more: Tampering): Promise<Acknowledged> =>
    deliver(sender, { kind: 'events_api', url, payload, tampering: { ...tampering, ...more } });
  const tries = [await send({})];
  for (const [n, wait] of waits.entries()) {
    const last = tries.at(-1);
    if (!last || !isWorthAnother(last)) return tries;
    await new Promise((resolve) => {
      setTimeout(resolve, wait);
    });
    tries.push(await send({ retry: { num: n + 1, reason: reasonOf(last) } }));
  }
  return tries;
}

const callback = (
  { app, bot, team: home, now }: Workspace,
  event: Event,
  { id, team }: { id: string; team: string },
): Json => ({
  token: 'deprecated',
  team_id: team,
  context_team_id: team,
  api_app_id: app,
  type: 'event_callback',
  event_id: id,
  event_time: Math.floor(now() / 1_000),
  event: { event_ts: `${now() / 1_000}`, ...event },
  authorizations: [{ team_id: home, user_id: bot.user, is_bot: true, is_enterprise_install: false }],
  is_ext_shared_channel: false,
});

/** The bot may say that it wants no more of it. */
const isWorthAnother = ({ status, late, headers }: Acknowledged): boolean =>
  (late || status < 200 || status > 299) && headers['x-slack-no-retry'] !== '1';

function reasonOf({ status, late }: Acknowledged): string {
  if (late) return 'http_timeout';
  return status === 0 ? 'connection_failed' : 'http_error';
}
