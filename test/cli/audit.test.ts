/** `npm run audit`, as a process: what it prints, and how it ends. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Bench, makeBench } from '../engine/bench.ts';
import { ran } from '../tools/program.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await makeBench();
});
afterAll(() => bench.end());

async function audit(env: Record<string, string> = {}): Promise<{ code: number | null; lines: string[] }> {
  const secrets = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 'x', DATABASE_URL: bench.url };
  const { code, printed } = await ran(['src/cli/audit.ts'], { ...secrets, ...env });
  return { code, lines: printed.split('\n') };
}

it('ends with 0 when all is well, with 2 when something cannot be seen, with 1 when something is wrong', async () => {
  await bench.declare();
  const well = await audit();

  await bench.declare('p3');
  await bench.engine.pool.query(`update incidents set state = state - 'decidedUnder' where number = 2`);
  const unknown = await audit();

  await bench.engine.pool.query(
    `delete from duties where key = 'page:1.2' and incident = (select id from incidents where number = 1)`,
  );
  const wrong = await audit();

  expect(well).toEqual({
    code: 0,
    lines: ['1 incidents: 0 with something wrong or not done, 0 not wholly re-derived.'],
  });
  expect(unknown.code).toBe(2);
  expect(unknown.lines[0]).toContain('#2: its duties could not be re-derived');
  expect(wrong).toMatchObject({ code: 1, lines: expect.arrayContaining(['#1: duty page:1.2 is missing.']) });
}, 60_000);

it('says that nothing was audited when the database is away', async () => {
  const { code, lines } = await audit({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' });

  expect(code).toBe(2);
  expect(lines.at(-1)).toBe('Nothing was audited.');
}, 60_000);
