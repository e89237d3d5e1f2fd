/** A part of an incident's life that is swept, and what a reader of Slack, pager and database finds wrong at its end. */
import type { Entry, Message } from '../slack/workspace.ts';
import type { Stage } from './stage.ts';

export interface Scenario {
  name: string;
  /** what was there before; nobody is killed here */
  prepare(stage: Stage): Promise<void>;
  play(stage: Stage): Promise<void>;
  /** in sentences; nothing when all is there, once */
  faults(stage: Stage): Promise<string[]>;
}

export const words = 'declare p1 workflow executions are stuck';

/** Ana declares. A repeat of the very same delivery has the same trigger. */
export async function declare({ house, insists, person }: Stage): Promise<void> {
  const trigger = insists === 'same' ? { trigger: `${Date.now()}.once` } : {};
  await person(() => house.slack.user('U0ANA').command(words, trigger));
}

/** A sentence for each claim that does not hold. */
export const unless = (claims: Record<string, boolean>): string[] =>
  Object.entries(claims).flatMap(([claim, holds]) => (holds ? [] : [`it does not hold that ${claim}`]));

export const isBot = ({ user }: Pick<Message | Entry, 'user'>): boolean => user === 'U0RESPONDER';

/** Channels that were opened by the bot. */
export const opened = ({ house }: Stage) => house.slack.channels().filter(({ creator }) => creator === 'U0RESPONDER');

export const messagesIn = ({ house }: Stage, channel: string): Message[] => house.slack.messages(channel).filter(isBot);

export const read = ({ text, blocks }: Message): string => `${text} ${JSON.stringify(blocks)}`;

/** How often the timeline tells of something. */
export async function told({ house }: Stage): Promise<Record<string, number>> {
  const { rows } = await house.databases.own.pool.query<{ kind: string; times: number }>(
    'select kind, count(*)::int as times from timeline group by kind',
  );
  return Object.fromEntries(rows.map(({ kind, times }) => [kind, times]));
}
