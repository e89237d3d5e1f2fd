/** Files, in the three steps that Slack asks for: an address, the bytes, the place. Nobody sees a file before the last. */
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { EvidenceFile, Sending } from '../engine/ports.ts';
import { SendFailed } from '../errors.ts';
import { homeOf } from './home.ts';

export interface Filing {
  client: WebClient;
  /** absent: Slack's own */
  apiUrl: string | undefined;
}

const uploadMs = 3_000;
const Address = z.object({ file_id: z.string(), upload_url: z.string() });

export async function upload({ client, apiUrl }: Filing, { name, text }: EvidenceFile): Promise<string> {
  const bytes = Buffer.from(text);
  const { file_id, upload_url } = Address.parse(
    await client.files.getUploadURLExternal({ filename: name, length: bytes.length }),
  );
  if (!takesFiles(upload_url, apiUrl))
    throw new SendFailed('bad-address', 'The evidence was not attached: Slack named an address that is not its own.', {
      retry: 'never',
    });
  await put(upload_url, bytes);
  return file_id;
}

async function put(url: string, bytes: Buffer<ArrayBuffer>): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes,
    redirect: 'error',
    signal: AbortSignal.timeout(uploadMs),
  }).catch((error: unknown) => {
    throw new SendFailed('unreachable', 'The evidence was not attached yet: Slack did not take the file.', {
      retry: 'later',
      cause: error,
    });
  });
  await response.body?.cancel();
  if (!response.ok)
    throw new SendFailed(
      `http-${response.status}`,
      `The evidence was not attached yet: Slack answered ${response.status}.`,
      {
        retry: 'later',
      },
    );
}

/** Whatever an answer says, evidence goes to Slack's own hosts alone. */
export function takesFiles(url: string, apiUrl: string | undefined): boolean {
  const target = URL.parse(url);
  const api = URL.parse(apiUrl ?? 'https://slack.com/');
  if (!target || !api) return false;
  return target.origin === api.origin || (target.protocol === 'https:' && target.host === `files.${api.host}`);
}

export async function share({ client }: Filing, sending: Sending, file: string): Promise<void> {
  const { channel, thread } = homeOf(sending, true);
  const files: [{ id: string; title: string }] = [{ id: file, title: 'What was seen, in full' }];
  await sending.keepLease();
  await client.files.completeUploadExternal({
    files,
    channel_id: channel,
    ...(thread === undefined ? {} : { thread_ts: thread }),
  });
}
