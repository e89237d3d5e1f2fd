/** What a failure of our own database means for what was to be sent: nothing is given up for it. */
import { expect, it } from '@jest/globals';
import { afterFailure } from '../../src/engine/retry.ts';
import { begin } from '../incident/story.ts';

const { incident } = begin('p1');
const effects = [
  { kind: 'investigate', issueType: 'high-memory' },
  { kind: 'redraw-report', report: 'r1' },
  { kind: 'open-channel' },
] as const;

it.each(effects)('$kind goes on after our own database was silent, however often it was tried', (effect) => {
  const silent = new Error('Query read timeout');

  expect(afterFailure({ effect, attempt: 20, incident }, silent)).toMatchObject({
    kind: 'later',
    code: 'own-database',
  });
});

it.each(effects)('$kind is given up after five tries where the fault is ours', (effect) => {
  const fault = new TypeError('x is not a function');

  expect(afterFailure({ effect, attempt: 4, incident }, fault).kind).toBe('later');
  expect(afterFailure({ effect, attempt: 5, incident }, fault).kind).toBe('never');
});
