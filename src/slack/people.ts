/** Who is meant, as Slack shows it: a mention where we are sure, else an escaped name, never somebody else's ping. */
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { OnCall, Pager } from '../engine/ports.ts';
import type { Audience } from '../incident/entry.ts';
import { type Level, levels, type Person, type Policy } from '../incident/policy.ts';
import { minutes } from '../incident/times.ts';
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

/** Somebody on a rota: known to Slack, or by name alone; `absent` when Slack says that it has nobody like that. */
type Rota = { slack?: string; name: string; absent?: true }[];

const stepMs = 2_000;
const rotaMs = minutes(1);
const knownMs = minutes(10);
const Found = z.object({
  user: z.object({ id: z.string(), deleted: z.boolean().default(false), real_name: z.string().default('') }),
});

export function makePeople({ client, pager, policy, log }: Asked): Directory {
  const byEmail = remembering(knownMs, (email) => lookUp(client, email));
  const byId = remembering(knownMs, async (id) => Found.parse(await client.users.info({ user: id })).user);
  const named = new Map<Level, Rota>();
  const rotas = new Map<Level, Rota>();
  const refreshed = remembering(rotaMs, async (schedule) => {
    if (!pager?.capabilities.onCall) return [];
    const onCall = await within(stepMs, pager.onCall(schedule));
    return Promise.all(onCall.map((person) => inSlack(person, byEmail)));
  });

  /** A rota that cannot be read stays what it was: last minute's on-call is better than nobody. */
  const refresh = async (level: Level): Promise<void> => {
    const { schedule, slack } = policy.levels[level];
    named.set(level, await Promise.all(slack.map((id) => byPolicy(id, byId))));
    if (schedule === undefined) return;
    try {
      rotas.set(level, await refreshed(schedule));
    } catch (error) {
      log.warn({ err: error, level }, 'who is on call could not be read');
    }
  };
  const peopleOf = (level: Level): Rota => [
    ...(named.get(level) ?? policy.levels[level].slack.map((id) => ({ slack: id, name: id }))),
    ...(rotas.get(level) ?? []),
  ];
  const allRefreshed = (patienceMs = stepMs) =>
    within(patienceMs, Promise.all(levels.map(refresh))).catch(() => undefined);

  return {
    async people(patienceMs) {
      await allRefreshed(patienceMs);
      const now = new Map(levels.map((level) => [level, peopleOf(level)]));
      return {
        person: mention,
        audience: (audience) => address(audience, policy, now),
        absent: peopleOf('on-call').flatMap(({ name, absent }) => (absent ? foreign(name, 80) : [])),
      };
    },
    async onCall() {
      await allRefreshed();
      return [...new Set(peopleOf('on-call').flatMap(({ slack }) => (slack && isUser(slack) ? slack : [])))];
    },
  };
}

type Known = z.infer<typeof Found>['user'];
type OnRota = Rota[number];

/** Whom the runbook names by id is mentioned, unless Slack says that they have left. */
async function byPolicy(id: string, byId: (id: string) => Promise<Known>): Promise<OnRota> {
  const user = isUser(id) ? await within(stepMs, byId(id)).catch(() => undefined) : undefined;
  return user?.deleted ? { name: user.real_name || id, absent: true } : { slack: id, name: id };
}

/** Not having been told is not the same as being told that there is nobody. */
async function inSlack(
  { name, email }: OnCall,
  byEmail: (email: string) => Promise<Known | undefined>,
): Promise<OnRota> {
  if (email === undefined) return { name };
  try {
    const user = await within(stepMs, byEmail(email));
    return user && !user.deleted ? { name, slack: user.id } : { name, absent: true };
  } catch {
    return { name };
  }
}

async function lookUp(client: WebClient, email: string): Promise<Known | undefined> {
  try {
    return Found.parse(await client.users.lookupByEmail({ email })).user;
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
  const rota = rotas.get(one.level) ?? [];
  const names = rota.map((who) => (who.slack ? mentionOfId(who.slack) : foreign(who.name, 80)));
  return names.length > 0 ? names : [foreign(policy.levels[one.level].title, 40)];
}
