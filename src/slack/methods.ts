/** Every method of Slack's Web API that is called, with the permission it needs; the manifest is tested against it. */

/** Without these an incident cannot run. */
export const required = {
  'auth.test': undefined,
  'chat.postEphemeral': 'chat:write',
  'chat.postMessage': 'chat:write',
  'chat.update': 'chat:write',
  'conversations.create': 'channels:manage',
  'conversations.invite': 'channels:manage',
  'conversations.setPurpose': 'channels:manage',
  'conversations.setTopic': 'channels:manage',
  'users.conversations': 'channels:read',
  'users.info': 'users:read',
  'views.open': undefined,
  'views.update': undefined,
} as const;

/** What is lost without each is said in the second half. */
export const optional = {
  'conversations.history': ['channels:history', 'a post whose answer was lost may appear twice'],
  'conversations.replies': ['channels:history', 'a post whose answer was lost may appear twice'],
  'files.completeUploadExternal': ['files:write', 'the evidence of a report is not put beside it as a file'],
  'files.getUploadURLExternal': ['files:write', 'the evidence of a report is not put beside it as a file'],
  'pins.add': ['pins:write', 'the status card is not pinned'],
  'usergroups.users.list': ['usergroups:read', 'a right that the runbook gives to a user group is held by nobody'],
  'users.lookupByEmail': ['users:read.email', 'on-call people are named instead of mentioned, and not invited'],
} as const;

/** Given by installing the slash command itself. */
export const commandScope = 'commands';

/** One sentence for each permission that is missing. */
export function missing(granted: readonly string[]): string[] {
  const needed = [commandScope, ...Object.values(required).filter((scope) => scope !== undefined)];
  const without = [...new Set(needed)].filter((scope) => !granted.includes(scope));
  const lost = new Map(Object.values(optional).filter(([scope]) => !granted.includes(scope)));
  return [
    ...without.map((scope) => `${scope} is not granted: incidents cannot run without it`),
    ...[...lost].map(([scope, loss]) => `${scope} is not granted: ${loss}`),
  ];
}
