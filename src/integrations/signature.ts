/** Our own signature of an HTTP body, both ways: HMAC-SHA256 over time and body, valid for five minutes around now. */
import { createHmac, timingSafeEqual } from 'node:crypto';

const windowSeconds = 300;

export function sign(secret: string, { timestamp, body }: { timestamp: number; body: string }): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
}

/** Equal in a time that does not tell where the difference is. */
export function same(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHmac('sha256', 'compare').update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}

export interface Signed {
  signature: string;
  timestamp: string;
  body: string;
}

export function isSigned(secret: string, { signature, timestamp, body }: Signed, nowMs: number): boolean {
  const seconds = Number(timestamp);
  if (!Number.isInteger(seconds) || Math.abs(nowMs / 1_000 - seconds) > windowSeconds) return false;
  return same(signature, sign(secret, { timestamp: seconds, body }));
}
