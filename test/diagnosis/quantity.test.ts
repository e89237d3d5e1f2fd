import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bytes, percent, quantity } from '../../src/diagnosis/quantity.ts';

const powers: Record<string, [base: bigint, power: bigint]> = {
  '': [1n, 0n],
  k: [1_000n, 1n],
  M: [1_000n, 2n],
  G: [1_000n, 3n],
  T: [1_000n, 4n],
  P: [1_000n, 5n],
  E: [1_000n, 6n],
  Ki: [1_024n, 1n],
  Mi: [1_024n, 2n],
  Gi: [1_024n, 3n],
  Ti: [1_024n, 4n],
  Pi: [1_024n, 5n],
  Ei: [1_024n, 6n],
};

describe('a quantity', () => {
  it.each([
    ['512Mi', 536_870_912],
    ['1.5Gi', 1_610_612_736],
    ['1.5M', 1_500_000],
    ['966367641600m', 966_367_641.6],
    ['250m', 0.25],
    ['12345u', 0.012345],
    ['3n', 3e-9],
    ['1E', 1e18],
    ['1E3', 1_000],
    ['1e3', 1_000],
    ['1e-3', 0.001],
    ['+2', 2],
    ['.5', 0.5],
    ['5.', 5],
    ['0', 0],
  ])('%s is %d', (text, value) => {
    expect(quantity(text)).toBe(value);
  });

  it.each([
    '',
    'Mi',
    '1K',
    '1ki',
    '1 Mi',
    '1Mi ',
    '1.2.3',
    '1e',
    '0x10',
    'NaN',
    'Infinity',
    '1mi',
    '١',
    '1Mi\n',
    '-1Ki',
    '-5Gi',
    '1e999',
    '1e309',
    '9'.repeat(400),
  ])('%j is none', (text) => {
    expect(quantity(text)).toBeUndefined();
  });

  it('is what its number and its suffix say, for every suffix', () => {
    const some = fc.tuple(fc.bigInt({ min: 0n, max: 1_000_000n }), fc.constantFrom(...Object.keys(powers)));
    fc.assert(
      fc.property(some, ([number, suffix]) => {
        const [base, power] = powers[suffix] ?? [1n, 0n];

        expect(quantity(`${number}${suffix}`)).toBe(Number(number * base ** power));
      }),
    );
  });

  it('is the same whichever way it is written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000_000 }), (number) => {
        expect(quantity(`${number}k`)).toBe(quantity(`${number}e3`));
        expect(quantity(`${number}000m`)).toBe(quantity(`${number}`));
        expect(quantity(`${number}000000u`)).toBe(quantity(`${number}`));
        expect(quantity(`${number}000000000n`)).toBe(quantity(`${number}`));
        expect(quantity(`${number}Ki`)).toBe(quantity(`${number * 1_024}`));
      }),
    );
  });

  it('never throws, and is a finite amount or none', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const value = quantity(text);

        expect(value === undefined || (Number.isFinite(value) && value >= 0)).toBe(true);
      }),
    );
  });
});

it.each([
  [471 * 2 ** 20, '471 MiB'],
  [472 * 2 ** 20 - 1, '471 MiB'],
  [4 * 2 ** 30, '4096 MiB'],
  [12.49 * 2 ** 30, '12.4 GiB'],
])('%d bytes are told as %s', (n, words) => {
  expect(bytes(n)).toBe(words);
});

it('shows no share that looks like a threshold which it has not reached', () => {
  expect(percent(899, 1_000)).toBe('89 %');
  expect(percent(900, 1_000)).toBe('90 %');
  expect(percent(999, 100_000, 1)).toBe('0.9 %');
});
