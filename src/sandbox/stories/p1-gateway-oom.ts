import { diagnosed } from './diagnosed.ts';

export const p1GatewayOom = diagnosed({
  name: 'p1-gateway-oom',
  about: 'a P1 of 502s: the gateway was killed for memory; found, mended, looked at again',
  scenario: 'gateway-out-of-memory',
  declare: 'declare p1 checkout returns 502',
  says: ['kong', 'limit of 1Gi', 'Killed for memory'],
  mending: 'Dana gives the gateway more memory, and looks again.',
  resolution: 'kong ran out of memory; its limit is 2Gi now',
});
