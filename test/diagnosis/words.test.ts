import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { count, duration, often, oneLine, reasonOf } from '../../src/diagnosis/words.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

it('what happened once has no last time', () => {
  expect(often(1, 4 * minute)).toBe('once, 4 min ago');
  expect(often(3, 4 * minute)).toBe('3 times, the last 4 min ago');
});

describe('a duration', () => {
  it.each([
    [0, '0 s'],
    [999, '0 s'],
    [1_000, '1 s'],
    [59_999, '59 s'],
    [minute, '1 min'],
    [90 * second, '1 min 30 s'],
    [hour - 1, '59 min 59 s'],
    [hour, '1 h'],
    [5 * hour + 12 * minute + 59 * second, '5 h 12 min'],
    [day, '1 d'],
    [day + 5 * minute, '1 d'],
    [9 * day + 23 * hour + 59 * minute, '9 d 23 h'],
    [-5 * minute, '0 s'],
  ])('of %d ms is said as %s', (ms, words) => {
    expect(duration(ms)).toBe(words);
  });

  const sizes = new Map([
    ['d', day],
    ['h', hour],
    ['min', minute],
    ['s', second],
  ]);
  const read = (words: string): number =>
    [...words.matchAll(/(\d+) ([a-z]+)/g)].reduce(
      (sum, [, n, unit]) => sum + Number(n) * (sizes.get(unit ?? '') ?? Number.NaN),
      0,
    );

  it('says never more than there is, and less by no more than the unit it leaves out', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * day }), (ms) => {
        const said = read(duration(ms));

        const leftOut = ms >= day ? hour : ms >= hour ? minute : second;
        expect(said).toBeLessThanOrEqual(ms);
        expect(ms - said).toBeLessThan(leftOut);
      }),
    );
  });

  it('has one or two units, the larger first', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * day }), (ms) => {
        expect(duration(ms)).toMatch(/^\d+ (d|h|min|s)$|^\d+ d \d+ h$|^\d+ h \d+ min$|^\d+ min \d+ s$/);
      }),
    );
  });
});

describe('a count', () => {
  it.each([
    [0, '0 sessions'],
    [1, '1 session'],
    [2, '2 sessions'],
  ])('of %d', (n, words) => {
    expect(count(n, 'session')).toBe(words);
  });
});

describe('foreign text in a line', () => {
  it('stays one line of at most so many letters, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), fc.integer({ min: 1, max: 300 }), (text, most) => {
        const line = oneLine(text, most);

        expect(line).not.toMatch(/[\n\r\t\u2028\u2029]/);
        expect(Array.from(line).length).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('shows that something was cut, and nothing where nothing was', () => {
    expect(oneLine('invoice-export', 14)).toBe('invoice-export');
    expect(oneLine('invoice-exports', 14)).toBe('invoice-expor…');
  });
});

describe('the reason', () => {
  const failing = async (port: number, host: string): Promise<unknown> =>
    new Promise((resolve) => {
      connect({ port, host, autoSelectFamily: true }).on('error', resolve);
    });

  it('is what an error says', () => {
    expect(reasonOf(new Error('the table\ndoes not exist'))).toBe('the table does not exist');
  });

  it('is that of the first of several errors, which together say nothing', () => {
    expect(reasonOf(new AggregateError([new Error('connect ECONNREFUSED ::1:1'), new Error('second')]))).toBe(
      'connect ECONNREFUSED ::1:1',
    );
  });

  it('is found in an error that Node itself made', async () => {
    expect(reasonOf(await failing(1, '127.0.0.1'))).toBe('connect ECONNREFUSED 127.0.0.1:1');
  });

  it.each([
    ['a text', 'gone', 'gone'],
    ['nothing', undefined, 'undefined'],
    ['an error without words', new TypeError(''), 'TypeError'],
  ])('is never empty: %s', (_name, thrown, words) => {
    expect(reasonOf(thrown)).toBe(words);
  });

  it('is capped', () => {
    expect(reasonOf(new Error('x'.repeat(10_000)))).toHaveLength(200);
  });
});
