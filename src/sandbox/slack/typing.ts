/** What somebody types behind a slash, and what Slack makes of it before it is sent. */
import type { Workspace } from './workspace.ts';

export interface Typed {
  command: string;
  url: string | undefined;
  text: { typed: string; sent: string };
}

/** Without a slash it is meant for the first command of the manifest. */
export function typedText(workspace: Workspace, line: string): Typed {
  const commands = workspace.manifest.features.slash_commands ?? [];
  const [word = '', ...rest] = line.split(' ');
  const known = word.startsWith('/') ? commands.find(({ command }) => command === word) : commands[0];
  if (!known) throw new Error(`${word} is not a valid command`);
  const typed = word.startsWith('/') ? rest.join(' ').trim() : line;
  const { command, url, should_escape: escapes = false } = known;
  return { command, url, text: { typed, sent: escapes ? named(workspace, escaped(typed)) : escaped(typed) } };
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** With should_escape, people, groups, channels and links become what they are called in a message. */
function named(workspace: Workspace, text: string): string {
  return text
    .replaceAll(/@([a-z0-9_.-]+)/g, (whole, name: string) => mention(workspace, name) ?? whole)
    .replaceAll(/(?<!\S)#([a-z0-9_-]+)/g, (whole, name: string) => {
      const channel = [...workspace.channels.values()].find((one) => one.name === name && !one.isPrivate);
      return channel ? `<#${channel.id}|${name}>` : whole;
    })
    .replaceAll(/(?<!\S)https?:\/\/\S+/g, (url) => `<${url}>`);
}

function mention({ users, groups }: Workspace, name: string): string | undefined {
  if (['here', 'channel', 'everyone'].includes(name)) return `<!${name}>`;
  const user = [...users.values()].find((one) => one.name === name);
  if (user) return `<@${user.id}|${name}>`;
  const group = [...groups.values()].find(({ handle }) => handle === name);
  return group && `<!subteam^${group.id}|@${name}>`;
}
