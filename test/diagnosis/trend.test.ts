import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lineThrough, median } from '../../src/diagnosis/trend.ts';

const noon = 1_772_420_400_000;

describe('a line', () => {
  it('through points that lie on one is that one, also as far from 1970 as today', () => {
    const some = fc.record({
      from: fc.integer({ min: 1, max: 1_000_000 }),
      step: fc.integer({ min: 1, max: 1_000 }),
      points: fc.integer({ min: 2, max: 60 }),
    });
    fc.assert(
      fc.property(some, ({ from, step, points }) => {
        const line = lineThrough(
          Array.from({ length: points }, (_, n) => ({ at: noon + n * 60_000, value: from + n * step })),
        );

        expect(line?.perMs).toBeCloseTo(step / 60_000, 6);
        expect(line?.from).toBeCloseTo(from, 3);
        expect(line?.fit).toBeCloseTo(1, 6);
        expect(line?.spanMs).toBe((points - 1) * 60_000);
      }),
    );
  });

  it.each([
    ['a saw', [1, 9, 1, 9, 1, 9, 1, 9]],
    ['what stays the same', [5, 5, 5, 5, 5]],
  ])('explains little of %s', (_name, values) => {
    expect(lineThrough(values.map((value, n) => ({ at: noon + n, value })))?.fit).toBeLessThan(0.2);
  });

  it.each([
    ['nothing', []],
    ['one point', [{ at: noon, value: 1 }]],
    [
      'one instant',
      [
        { at: noon, value: 1 },
        { at: noon, value: 2 },
      ],
    ],
  ])('is none through %s', (_name, points) => {
    expect(lineThrough(points)).toBeUndefined();
  });
});

it.each([
  [[3], 3],
  [[1, 2], 1.5],
  [[9, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
])('the median of %j is %d', (values, middle) => {
  expect(median(values)).toBe(middle);
});
