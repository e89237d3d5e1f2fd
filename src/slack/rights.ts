/** Who may: every full member of our workspace, unless the runbook names others. Asked at the press, never before. */
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Policy, Right } from '../incident/policy.ts';
import type { Logger } from '../log.ts';
import { remembering, within } from './limit.ts';
import { isUser, mentionOfId } from './people.ts';
import { saying, section } from './views/blocks.ts';
import type { Message } from './views/message.ts';

export interface Rights {
  /** why not, or nothing: allowed */
  refusal(user: string, right: Right | undefined): Promise<Message | undefined>;
}

const stepMs = 2_000;
/** How long somebody who lost a right may still use it: Slack cannot be asked at every press of a busy hour. */
const memberMs = 60_000;
const groupMs = 20_000;

const Known = z.object({
  user: z.object({
    deleted: z.boolean().optional(),
    is_restricted: z.boolean().optional(),
    is_ultra_restricted: z.boolean().optional(),
    is_stranger: z.boolean().optional(),
  }),
});
const Members = z.object({ users: z.array(z.string()) });

const doing: Record<Right, string> = {
  declare: 'declare an incident',
  respond: 'change an incident',
  close: 'end an incident',
};

export function makeRights(client: WebClient, policy: Pick<Policy, 'rights'>, log: Logger): Rights {
  const isFullMember = remembering(memberMs, async (id) => {
    const { user } = Known.parse(await within(stepMs, client.users.info({ user: id })));
    return !(user.deleted || user.is_restricted || user.is_ultra_restricted || user.is_stranger);
  });
  const members = remembering(groupMs, async (id) => {
    const { users } = Members.parse(await within(stepMs, client.usergroups.users.list({ usergroup: id })));
    return users;
  });

  /** Slack cannot say who it is: allowed, since a lost declaration is worse than a guest's. */
  const mayUseIt = async (user: string): Promise<boolean> => {
    try {
      return await isFullMember(user);
    } catch (error) {
      log.warn({ err: error, user }, 'a user could not be looked up and was let through');
      return true;
    }
  };

  /** A right that somebody narrowed stays shut when its group cannot be read. */
  const holds = async (user: string, holders: string[]): Promise<boolean> => {
    if (holders.includes(user)) return true;
    const lists = await Promise.all(
      holders.filter((id) => !isUser(id)).map((id) => members(id).catch(unread(id, log))),
    );
    return lists.some((users) => users.includes(user));
  };

  return {
    async refusal(user, right) {
      if (!(await mayUseIt(user)))
        return saying('Nothing was done: guests cannot use incident commands. Ask a full member.');
      const holders = right && policy.rights[right];
      if (!right || !holders || (await holds(user, holders))) return undefined;
      return saying(
        `Nothing was done: the runbook does not let you ${doing[right]}.`,
        section(`It names who may: ${holders.map(mentionOfId).join(', ')}.`),
      );
    },
  };
}

const unread =
  (group: string, log: Logger) =>
  (error: unknown): string[] => {
    log.error({ err: error, group }, 'a user group could not be read: its right stays shut');
    return [];
  };
