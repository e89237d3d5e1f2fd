/** Who is meant, as Slack shows it: a mention where we are sure, else an escaped name, never somebody else's ping. */
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { OnCall, Pager } from '../engine/ports.ts';
import type { Audience } from '../incident/entry.ts';
import { type Level, levels, type Person, type Policy } from '../incident/policy.ts';
import type { Logger } from '../log.ts';
import { remembering, within } from './limit.ts';
import { codeOf } from './send-failed.ts';
import { foreign } from './views/blocks.ts';
import type { People } from './views/message.ts';

export interface Asked {
  client: WebClient;
  pager: Pager | undefined;
  policy: Policy;
  log: Logger;
}

export interface Directory {
  /** everybody as of now; answers within that time (two seconds), with what is known by then */
  people(patienceMs?: number): Promise<People>;
  /** Slack user ids of the first level, for invitations */
  onCall(): Promise<string[]>;
}

/** Somebody on a rota: known to Slack, or by name alone. */
type Rota = { slack?: string; name: string }[];

const stepMs = 2_000;
const rotaMs = 60_000;
const emailMs = 60 * 60_000;
const Found = z.object({ user: z.object({ id: z.string() }) });

export function makePeople({ client, pager, policy, log }: Asked): Directory {
  const byEmail = remembering(emailMs, (email) => lookUp(client, email));
  const rotas = new Map<Level, Rota>();
  const refreshed = remembering(rotaMs, async (schedule) => {
    if (!pager?.capabilities.onCall) return [];
    const onCall = await within(stepMs, pager.onCall(schedule));
    return Promise.all(onCall.map((person) => inSlack(person, byEmail)));
  });

  /** A rota that cannot be read stays what it was: last minute's on-call is better than nobody. */
  const refresh = async (level: Level): Promise<void> => {
    const { schedule } = policy.levels[level];
    if (schedule === undefined) return;
    try {
      rotas.set(level, await refreshed(schedule));
    } catch (error) {
      log.warn({ err: error, level }, 'who is on call could not be read');
    }
  };
  const allRefreshed = (patienceMs = stepMs) =>
    within(patienceMs, Promise.all(levels.map(refresh))).catch(() => undefined);

  return {
    async people(patienceMs) {
      await allRefreshed(patienceMs);
      const rotasNow = new Map(rotas);
      return { person: mention, audience: (audience) => address(audience, policy, rotasNow) };
    },
    async onCall() {
      await allRefreshed();
      const rota = (rotas.get('on-call') ?? []).flatMap(({ slack }) => slack ?? []);
      return [...new Set([...policy.levels['on-call'].slack.filter(isUser), ...rota])];
    },
  };
}

async function inSlack({ name, email }: OnCall, byEmail: (email: string) => Promise<string | undefined>) {
  const slack = email === undefined ? undefined : await within(stepMs, byEmail(email)).catch(() => undefined);
  return slack === undefined ? { name } : { name, slack };
}

async function lookUp(client: WebClient, email: string): Promise<string | undefined> {
  try {
    return Found.parse(await client.users.lookupByEmail({ email })).user.id;
  } catch (error) {
    if (codeOf(error) === 'users_not_found') return undefined;
    throw error;
  }
}

export const isUser = (id: string): boolean => /^[UW][A-Z0-9]+$/.test(id);
const isGroup = (id: string): boolean => /^S[A-Z0-9]+$/.test(id);

/** A user or a group by id; anything else in the policy is shown, not sent. */
export function mentionOfId(id: string): string {
  if (isUser(id)) return `<@${id}>`;
  return isGroup(id) ? `<!subteam^${id}>` : foreign(id, 40);
}

export const mention = (person: Person): string =>
  'slack' in person ? mentionOfId(person.slack) : foreign(person.name, 80);

function address(audience: Audience[], policy: Policy, rotas: Map<Level, Rota>): string {
  return [...new Set(audience.flatMap((one) => addressOne(one, policy, rotas)))].join(' ');
}

function addressOne(one: Audience, policy: Policy, rotas: Map<Level, Rota>): string[] {
  if ('person' in one) return [mention(one.person)];
  if ('fallback' in one) return policy.fallback.slack.map(mentionOfId);
  const { slack, title } = policy.levels[one.level];
  const rota = rotas.get(one.level) ?? [];
  const names = [
    ...slack.map(mentionOfId),
    ...rota.map((who) => (who.slack ? mentionOfId(who.slack) : foreign(who.name, 80))),
  ];
  return names.length > 0 ? names : [foreign(title, 40)];
}
