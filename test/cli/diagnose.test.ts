/** `npm run diagnose`, as a process: what it prints, and how it ends. It needs neither Slack nor a database of the bot. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { finishExecutions, stickExecutions } from '../../src/sandbox/databases.ts';
import type { House } from '../../src/sandbox/house.ts';
import { openHouse } from '../tools/house.ts';
import { ran } from '../tools/program.ts';
import { inCi, shapes } from '../tools/shapes.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse({ systems: true });
}, 60_000);
afterAll(() => house.stop());

const diagnose = (words: string[], env?: Record<string, string>) => ran(['src/cli/diagnose.ts', ...words], env);

/** Told what the bot is told. */
const looking = () => diagnose(['workflow-stuck'], house.env);

it('ends with 1 when something was found, with 0 when all was seen and nothing found', async () => {
  const { pool } = house.databases.patient;
  await stickExecutions(pool, 12);
  const sick = await looking();
  await finishExecutions(pool);
  const well = await looking();

  expect(sick.printed).toContain('[critical] executions: 12 executions running for longer than 1 h');
  expect(sick.printed).toContain('| invoice-export: 10');
  expect(sick.code).toBe(1);
  expect(well.printed).toContain('Workflow executions stuck: healthy');
  expect(well.code).toBe(0);
}, 60_000);

inCi(
  'loads what it is made of before it looks: that takes nothing of the time of a look',
  async () => {
    const late = 4_000;
    const slowly = `
    import { registerHooks } from 'node:module';
    registerHooks({ load: (url, context, next) => {
      if (url.endsWith('/web-socket-handler.js')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${late});
      return next(url, context);
    } });`;
    const hook = `data:text/javascript,${encodeURIComponent(slowly)}`;

    const started = performance.now();
    const { printed } = await diagnose(['api-gateway-502'], { ...house.env, NODE_OPTIONS: `--import ${hook}` });

    expect(performance.now() - started).toBeGreaterThan(late);
    expect(printed).toMatch(/; it took (less than 1 s|[123] s)\./);
  },
  60_000,
);

it('ends with 2 when it could not see, and says what was not seen and why', async () => {
  const blind = await diagnose(['workflow-stuck']);

  expect(blind.code).toBe(2);
  expect(blind.printed).toContain('UNKNOWN: not everything was seen');
  expect(blind.printed).toContain('executions: no database to look at is configured (TARGET_DATABASE_URL)');
}, 60_000);

const wrongs: [string, string[]][] = [
  ['a type that nobody knows', ['gremlins']],
  ['no type', []],
  ['more than one type', ['workflow-stuck', 'workflow-stuck']],
];

it.each(shapes(wrongs))(
  'ends with 64 and lists the types for %s',
  async (_name, words) => {
    const wrong = await diagnose(words);

    expect(wrong.code).toBe(64);
    expect(wrong.printed).toContain('Nothing was looked at. Usage: npm run diagnose -- <type>');
    expect(wrong.printed).toContain('workflow-stuck');
  },
  60_000,
);

it('says that a setting cannot be used, without its value', async () => {
  const wrong = await diagnose(['workflow-stuck'], { TARGET_DATABASE_URL: 'mysql://root:pw-12@db' });

  expect(wrong.code).toBe(2);
  expect(wrong.printed).toContain('TARGET_DATABASE_URL must be a URL like postgres://');
  expect(wrong.printed).not.toContain('pw-12');
}, 60_000);
