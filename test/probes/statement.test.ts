import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { shapeOf } from '../../src/probes/statement.ts';

it.each([
  [
    'numbers and texts go',
    `select * from "Orders" where id = 42 and name = 'Ana'`,
    'select * from "Orders" where id = ? and name = ?',
  ],
  ['names with digits stay', 'select a1, $2 from t_9', 'select a1, $2 from t_9'],
  ['a quote in a text is part of it', `select 'it''s' , 1`, 'select ? , ?'],
  ['comments go', 'select 1 -- card 4111\n, 2 /* by ben */', 'select ? , ?'],
  ['a text between dollars goes', 'do $x$ secret $x$ , $$ more $$', 'do ? , ?'],
  ['one that was cut off goes to its end', `select 'sec`, 'select ?'],
  ['a comment that was cut off as well', 'select 1 /* sec', 'select ?'],
  ['an escaped quote makes us unsure', String.raw`update t set a = E'it\'s secret'`, 'update …'],
  ['a comment in a comment too', 'select /* a /* b */ secret */ 1', 'select …'],
  ['a quote in a comment opens nothing', `select 1 /* it's */ from t`, 'select ? from t'],
  ['a comment in a text is no comment', `select '--' , a`, 'select ? , a'],
  ['nothing is nothing', '', ''],
])('%s', (_name, statement, shape) => {
  expect(shapeOf(statement)).toBe(shape);
});

it('never shows a value, however it is written and wherever it is cut', () => {
  const secret = 'zq7secret';
  const value = fc.constantFrom(
    `'${secret}'`,
    `E'${secret}'`,
    `U&'x${secret}'`,
    `$$${secret}$$`,
    `$t$ ${secret} $t$`,
    `-- ${secret}\n`,
    `/* ${secret} */`,
    `'a''${secret}'`,
    String.raw`E'\'${secret}'`,
    `N'${secret}'`,
  );
  const code = fc.constantFrom('select', ' a ', '"b"', ', ', ' = ', ' $1 ', '(', ')', '\n', ' from t ', ' 12 ');
  fc.assert(
    fc.property(fc.array(fc.oneof(value, code), { maxLength: 12 }), fc.nat(400), (parts, cut) => {
      expect(shapeOf(parts.join(' ').slice(0, cut))).not.toContain('zq7');
    }),
  );
});
