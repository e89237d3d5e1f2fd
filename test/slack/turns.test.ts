import { expect, it } from '@jest/globals';
import { SendFailed } from '../../src/errors.ts';
import { makeTurns } from '../../src/slack/turns.ts';

it('lets one a second into a channel, and sends away with a time who would wait for long', async () => {
  const began = performance.now();
  const turn = makeTurns(() => 0);
  const outcomes = await Promise.all(
    Array.from({ length: 6 }, () =>
      turn('C0OPS').then(
        () => 'in turn',
        (error: unknown) => (error instanceof SendFailed ? `${error.code} ${error.afterMs}` : String(error)),
      ),
    ),
  );

  const refused = 'others-first 1000';
  expect(outcomes).toEqual(['in turn', 'in turn', 'in turn', 'in turn', refused, refused]);
  expect(performance.now() - began).toBeGreaterThan(2_990);
});

it('keeps a pace of each channel, not of all together', async () => {
  const turn = makeTurns(() => 0);
  const outcomes = await Promise.race([
    Promise.all(['C0A', 'C0B', 'C0C'].map(turn)).then(() => 'all at once'),
    turn('C0A').then(() => 'the second of one channel first'),
  ]);

  expect(outcomes).toBe('all at once');
});
