/** The fallback's webhook: the second route out of Slack's and the pager's reach, signed with WEBHOOK_SECRET. */
import type { Webhook } from '../engine/ports.ts';
import { call } from './http.ts';
import { sign } from './signature.ts';

export function makeWebhook({ url, secret }: { url: string; secret: string }): Webhook {
  const post = async (body: unknown): Promise<void> => {
    const timestamp = Math.floor(Date.now() / 1_000);
    const headers = {
      'x-responder-timestamp': String(timestamp),
      'x-responder-signature': sign(secret, { timestamp, body: JSON.stringify(body) }),
    };
    await call({ service: 'The fallback webhook', method: 'POST', url, headers, body });
  };
  return {
    send({ incident: { id, number, severity, title }, entry }) {
      return post({ incident: { id, number, severity, title }, entry });
    },
    alarm: (sentences) => post({ alarm: sentences }),
  };
}
