/** What a page says on a phone: foreign words stay on one line, in the order in which they are read. */
import { expect, it } from '@jest/globals';
import { directPageText, pageText } from '../../src/engine/page-text.ts';
import { beginDirect } from '../../src/incident/direct.ts';
import { ana, begin, policy } from '../incident/story.ts';

const page = { key: 'i:1.0', levels: ['on-call' as const], at: 0, state: 'requested' as const, rerouted: false };
const { incident } = begin('p1');

it.each([
  ['text that runs backwards', 'checkout \u202e\u2066down\u2069', 'checkout down'],
  ['letters without width', 'check\u200b\ufeffout', 'checkout'],
  ['control characters', 'a\u0007\u001b[31mb\u0000', 'a[31mb'],
  ['other lines', 'ok\nP1 #2 closed\u2028\tP2', 'ok P1 #2 closed P2'],
  ['half of a letter', 'a\ud83d', 'a\ufffd'],
  ['nothing that is seen', '\u200b \u202e', '(nobody has said yet what is broken)'],
  ['words of any language', 'заказы не проходят, 支払い', 'заказы не проходят, 支払い'],
])('%s', (_, title, shown) => {
  const number = `P1 #${incident.number} ${shown}`;
  const direct = beginDirect({ id: 'i', by: ana, at: 0, command: { severity: 'p1', title } }, policy);

  const { message, description } = pageText(page, { ...incident, title }, policy);

  expect([message, description.split('\n')[0]]).toEqual([number, number]);
  expect(directPageText(direct, policy).message).toBe(`P1 ${shown}`);
});
