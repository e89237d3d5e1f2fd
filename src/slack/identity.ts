/** Who the bot is in Slack. Asked at start, kept for the day Slack is down, never waited for. */
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Logger } from '../log.ts';
import { isTokenFault } from './calls.ts';
import { within } from './limit.ts';
import { missing } from './methods.ts';
import { codeOf } from './send-failed.ts';

export const Identity = z.object({ botId: z.string(), botUserId: z.string(), teamId: z.string() });
export type Identity = z.infer<typeof Identity>;

/** Where an identity outlives the process. */
export interface Memory {
  load(): Promise<Identity | undefined>;
  save(identity: Identity): Promise<void>;
}

export interface Whoami {
  current(): Identity | undefined;
  stop(): void;
}

const askMs = 3_000;
const againMs = 30_000;

const Tested = z.object({
  bot_id: z.string(),
  user_id: z.string(),
  team_id: z.string(),
  response_metadata: z.object({ scopes: z.array(z.string()).optional() }).optional(),
});

/** Resolves after one try; while Slack does not answer, what was remembered serves and Slack is asked again. */
export async function learnIdentity(client: WebClient, memory: Memory | undefined, log: Logger): Promise<Whoami> {
  let identity: Identity | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const ask = async (): Promise<void> => {
    try {
      identity = await test(client, log);
      await memory?.save(identity);
    } catch (error) {
      const code = codeOf(error);
      // a refused token is said once, by whoever makes the calls
      if (!isTokenFault(code)) log.error({ err: error, code }, 'Slack was not asked who we are; trying again');
      if (!stopped) timer = setTimeout(() => void ask(), againMs).unref();
    }
  };

  await ask();
  if (!identity) identity = await remembered(memory, log);
  return {
    current: () => identity,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

async function test(client: WebClient, log: Logger): Promise<Identity> {
  const tested = Tested.parse(await within(askMs, client.auth.test()));
  const scopes = tested.response_metadata?.scopes;
  // a double of Slack may say nothing about scopes
  if (scopes) for (const sentence of missing(scopes)) log.warn({ sentence }, 'a permission is missing');
  return { botId: tested.bot_id, botUserId: tested.user_id, teamId: tested.team_id };
}

async function remembered(memory: Memory | undefined, log: Logger): Promise<Identity | undefined> {
  try {
    return await memory?.load();
  } catch (error) {
    log.error({ err: error }, 'the remembered identity could not be read');
    return undefined;
  }
}
