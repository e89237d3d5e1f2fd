/** What a message may say: its text, its blocks, its metadata; and where it may stand. */
import { randomBytes } from 'node:crypto';
import { type BlockFault, faultsOfBlocks, isTooLong } from './block-kit.ts';
import { isObject, type Json, objectsOf, points } from './json.ts';
import { needed, textArg } from './methods.ts';
import { type Channel, directChannel, type Message, Refused, type Workspace } from './workspace.ts';

const longestText = 40_000;
const longestEdit = 4_000;
const mostMetadata = 16_384;

export interface Content {
  text: string;
  blocks: Json[];
  metadata?: Json;
}

/** Faults in the two shapes in which Slack answers them. */
export function refuseFor(code: string, faults: BlockFault[]): void {
  if (faults.length === 0) return;
  const errors = faults.map(({ pointer, message }) => `${message} [json-pointer:${pointer}]`);
  throw new Refused(code, { errors, response_metadata: { messages: errors.map((error) => `[ERROR] ${error}`) } });
}

/** Too long a text is cut when it is posted, and refused when it is an edit. */
export function contentOf(args: Json, purpose: 'post' | 'edit'): Content {
  const text = textArg(args, 'text');
  const { blocks = [], attachments = [] } = args;
  if (!Array.isArray(blocks)) throw new Refused('invalid_blocks_format');
  if (text === '' && blocks.length === 0 && objectsOf(attachments).length === 0) throw new Refused('no_text');
  if (purpose === 'edit' && points(text) > longestEdit) throw new Refused('msg_too_long');
  refuseFor('invalid_blocks', faultsOfBlocks(blocks, 'message'));
  if (isTooLong(blocks)) throw new Refused('msg_blocks_too_long');
  return {
    text: Array.from(text).slice(0, longestText).join(''),
    blocks: labelled(objectsOf(blocks)),
    ...metadataOf(args),
  };
}

const shortId = (): string => randomBytes(3).toString('base64url');

const withAction = (element: unknown): unknown =>
  isObject(element) && element['type'] === 'button' ? { action_id: shortId(), ...element } : element;

/** Slack gives an id to what came without one. */
export function labelled(blocks: Json[]): Json[] {
  return blocks.map((block) => ({
    block_id: shortId(),
    ...block,
    ...(block['type'] === 'actions' ? { elements: objectsOf(block['elements']).map(withAction) } : {}),
    ...(isObject(block['accessory']) ? { accessory: withAction(block['accessory']) } : {}),
    ...(Array.isArray(block['child_blocks']) ? { child_blocks: labelled(objectsOf(block['child_blocks'])) } : {}),
  }));
}

function metadataOf({ metadata }: Json): Pick<Content, 'metadata'> {
  if (metadata === undefined) return {};
  if (!isObject(metadata) || typeof metadata['event_type'] !== 'string' || !isObject(metadata['event_payload']))
    throw new Refused('invalid_metadata_format');
  if (JSON.stringify(metadata).length > mostMetadata) throw new Refused('metadata_too_large');
  return { metadata };
}

/** The channel, or the direct conversation with a user; the bot may write there. */
export function placeOf(workspace: Workspace, args: Json): Channel {
  const id = needed(args, 'channel');
  const channel = workspace.users.has(id) ? directTo(workspace, id) : workspace.channels.get(id);
  const isMember = channel?.members.has(workspace.bot.user) ?? false;
  if (!channel || (channel.isPrivate && !isMember)) throw new Refused('channel_not_found');
  if (channel.archived) throw new Refused('is_archived');
  if (!isMember && !workspace.scopes.has('chat:write.public')) throw new Refused('not_in_channel');
  return channel;
}

function directTo(workspace: Workspace, id: string): Channel | undefined {
  if (workspace.manifest.features.app_home?.messages_tab_enabled === false) throw new Refused('messages_tab_disabled');
  return workspace.users.get(id)?.deactivated ? undefined : directChannel(workspace, [id]);
}

/** The first message of the thread: a reply to a reply goes there too. */
export function threadOf(workspace: Workspace, channel: Channel, args: Json): string | undefined {
  const ts = textArg(args, 'thread_ts');
  if (ts === '') return undefined;
  const parent = workspace.messages.find((one) => one.channel === channel.id && one.ts === ts);
  if (!parent) throw new Refused('thread_not_found');
  return parent.thread ?? parent.ts;
}

export function messageAt(workspace: Workspace, channel: string, ts: string): Message {
  if (!workspace.channels.has(channel)) throw new Refused('channel_not_found');
  const message = workspace.messages.find((one) => one.channel === channel && one.ts === ts);
  if (!message) throw new Refused('message_not_found');
  return message;
}
