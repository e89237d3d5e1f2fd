/** Opsgenie's outgoing webhook: an acknowledgement at the pager becomes one here, after the alert itself says so too. */
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { Pager } from '../../engine/ports.ts';
import { isSigned, same } from '../signature.ts';

const Body = z.object({
  action: z.string(),
  alert: z.object({
    alias: z.string().default(''),
    username: z.string().default(''),
    updatedAt: z.union([z.number(), z.string()]).default(0),
  }),
});

export interface Hook {
  secret: string | undefined;
  pager: Pager;
  /** brings the acknowledgement in by the one door */
  take(acknowledged: { page: string; by: { pager: string; name: string }; key: string }): Promise<void>;
}

export interface HookReply {
  status: number;
  text: string;
}

/**
 * 401 unless the vendor's custom header carries the secret (it signs nothing itself) or a relay signed the body.
 * 503 when the alert cannot be read back, so that the vendor sends again. Everything but acknowledgements is let pass.
 */
export async function takeOpsgenieWebhook(hook: Hook, headers: IncomingHttpHeaders, body: string): Promise<HookReply> {
  if (!isGenuine(hook.secret, headers, body))
    return { status: 401, text: 'The secret is missing or wrong: nothing was done.' };
  const parsed = Body.safeParse(parseJson(body));
  if (!parsed.success) return { status: 400, text: 'This is no Opsgenie webhook: nothing was done.' };
  const { action, alert } = parsed.data;
  if (action !== 'Acknowledge' || alert.alias === '') return { status: 202, text: 'Nothing to do.' };
  const status = await hook.pager.status(alert.alias).catch(() => undefined);
  if (!status) return { status: 503, text: 'The alert could not be read back: send this again.' };
  if (status.state !== 'acknowledged') return { status: 202, text: 'The alert is not acknowledged: nothing was done.' };
  const who = alert.username === '' ? status.by.pager : alert.username;
  const key = `opsgenie:${alert.alias}:${action}:${alert.updatedAt}`;
  await hook.take({ page: alert.alias, by: { pager: who, name: who }, key });
  return { status: 202, text: 'Acknowledged.' };
}

function isGenuine(secret: string | undefined, headers: IncomingHttpHeaders, body: string): boolean {
  if (secret === undefined) return false;
  const one = (name: string): string => String(headers[name] ?? '');
  const signature = one('x-responder-signature');
  if (signature !== '')
    return isSigned(secret, { signature, timestamp: one('x-responder-timestamp'), body }, Date.now());
  return same(one('x-responder-secret'), secret);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
