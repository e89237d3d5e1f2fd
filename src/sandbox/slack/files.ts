/** Files, in the three steps that Slack asks for: an address, the bytes, the place. */
import { publish } from './chat.ts';
import { placeOf, threadOf } from './content.ts';
import { type Json, listOf, objectsOf, parsed } from './json.ts';
import { type Called, type Methods, needed, textArg } from './methods.ts';
import { newId, Refused, type Upload, type Workspace, write } from './workspace.ts';

export const files: Methods = {
  'files.getUploadURLExternal': { scope: 'files:write', tier: 4, run: announce },
  'files.completeUploadExternal': { scope: 'files:write', tier: 4, run: complete },
};

function announce({ workspace, args }: Called): Json {
  const name = needed(args, 'filename');
  const length = Number(needed(args, 'length'));
  if (!Number.isInteger(length) || length < 1) throw new Refused('invalid_arguments');
  const id = newId('F');
  workspace.uploads.set(id, { name, length, shared: false });
  return { file_id: id, upload_url: `${workspace.url()}/upload/${id}` };
}

/** The bytes come; answers whether that address was given out. */
export function receive({ uploads }: Workspace, id: string, bytes: Buffer): boolean {
  const upload = uploads.get(id);
  if (!upload || upload.shared) return false;
  upload.bytes = bytes;
  return true;
}

function complete({ workspace, args }: Called): Json {
  const given = objectsOf(typeof args['files'] === 'string' ? listOf(parsed(args['files'])) : args['files']);
  if (given.length === 0) throw new Refused('invalid_arguments');
  const uploads = given.map(({ id, title }) => ready(workspace, String(id), title));
  if (textArg(args, 'channel_id') !== '') share(workspace, args, uploads);
  for (const { upload } of uploads) upload.shared = true;
  return { files: uploads.map(({ id, name, upload }) => ({ id, title: name, name: upload.name })) };
}

interface Ready {
  id: string;
  name: string;
  upload: Upload;
}

function ready({ uploads }: Workspace, id: string, title: unknown): Ready {
  const upload = uploads.get(id);
  if (!upload?.bytes || upload.shared) throw new Refused('file_not_found');
  return { id, upload, name: typeof title === 'string' ? title : upload.name };
}

function share(workspace: Workspace, args: Json, uploads: Ready[]): void {
  const where = { ...args, channel: textArg(args, 'channel_id') };
  const channel = placeOf(workspace, where);
  const thread = threadOf(workspace, channel, where);
  const user = workspace.bot.user;
  const { ts } = publish(workspace, channel, {
    user,
    text: textArg(args, 'initial_comment'),
    blocks: [],
    files: uploads.map(({ id, name }) => ({ id, name })),
    ...(thread === undefined ? {} : { thread }),
  });
  for (const { name } of uploads) write(workspace, { kind: 'file', channel: channel.id, user, text: name, ts });
}
