/** The pager fails in every way it can: somebody is told by another way, and the page itself is never given up. */
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { House } from '../../src/sandbox/house.ts';
import { shapes } from '../tools/shapes.ts';
import { channelOf, type Declared, declare, open, patient, posted, waitMs } from './scene.ts';

let house: House;
beforeAll(async () => {
  house = await open({ runbook: (runbook) => Object.assign(runbook, { 'confirm-within': '2s' }) });
}, patient);
afterEach(() => house.pager.faults.clear());
afterAll(() => house.stop(), patient);

const keyOf = ({ id }: Declared): string => `${id}:1.0`;
const alertsOf = (declared: Declared) => house.pager.alerts().filter(({ alias }) => alias === keyOf(declared));

async function secondRoute({ number }: Declared): Promise<void> {
  await house.slack.until(
    'the direct message and the mention',
    (transcript) => {
      const said = transcript.filter(({ text }) => text.includes(`#${number}`) && text.includes('NOT confirmed'));
      const mentioned = said.some(({ kind, pings }) => kind === 'message' && pings?.includes('U0LEO'));
      return mentioned && said.some(({ channel }) => channel === 'D0LEO') ? true : undefined;
    },
    waitMs,
  );
}

const confirmed = (declared: Declared): Promise<true> =>
  house.slack.until(
    'the card that says it is paged',
    (transcript) =>
      transcript.some(
        ({ kind, text, blocks }) =>
          kind === 'edit' && text.includes(`#${declared.number}`) && JSON.stringify(blocks).includes('Pager: paged'),
      )
        ? true
        : undefined,
    waitMs,
  );

const pagesOnTheirWay = async ({ id }: Declared): Promise<number | null> =>
  (
    await house.databases.own.pool.query(
      `select from outbox where incident = $1 and state = 'waiting' and effect ->> 'kind' in ('page', 'confirm-page')`,
      [id],
    )
  ).rowCount;

/** Pages of an incident that is over for this test must not meet the faults of the next one. */
async function acknowledged(declared: Declared): Promise<void> {
  await house.slack.user('U0BEN').command(`ack #${declared.number}`);
  const until = performance.now() + waitMs;
  while ((await pagesOnTheirWay(declared)) && performance.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

it(
  'row 20: the pager is down: second route, the ladder goes on, and the same key is paged once it is back',
  async () => {
    house.pager.faults.add({ method: 'POST alerts', effect: { kind: 'status', status: 503 } });
    const declared = await declare(house);
    const channel = await channelOf(house, declared);

    await secondRoute(declared);
    await inMinutes(5);
    await posted(house, channel, 'response time exceeded; paging');
    house.pager.faults.clear();
    await house.pager.until(
      'the page',
      (transcript) => transcript.find(({ kind, alias }) => kind === 'page' && alias === keyOf(declared)),
      waitMs,
    );

    expect(alertsOf(declared)).toMatchObject([{ count: 1 }]);
    await acknowledged(declared);
    await inMinutes(0);
  },
  patient,
);

it(
  'row 20: a slow pager that takes effect after it was given up wakes nobody twice',
  async () => {
    house.pager.faults.add({ method: 'POST alerts', effect: { kind: 'slow', ms: 6_000 }, times: 1 });
    const declared = await declare(house);

    await secondRoute(declared);
    await confirmed(declared);
    await house.pager.until(
      'the slow one',
      (transcript) => transcript.find(({ kind, alias }) => kind === 'repeat' && alias === keyOf(declared)),
      waitMs,
    );

    expect(alertsOf(declared)).toHaveLength(1);
    await acknowledged(declared);
  },
  patient,
);

const losses = [
  ['drops', { kind: 'dropped' as const }],
  ['refuses later', { kind: 'refused-later' as const, why: 'the team has no on-call' }],
] as const;

it.each(shapes(losses))(
  'row 20: a page that the pager accepts and %s takes the second route and is sent again under its key',
  async (_, effect) => {
    house.pager.faults.add({ method: 'POST alerts', effect, times: 1 });
    const declared = await declare(house);

    await secondRoute(declared);
    await confirmed(declared);

    expect(alertsOf(declared)).toMatchObject([{ count: 1 }]);
    await acknowledged(declared);
  },
  patient,
);

it(
  'row 20: a page that is refused for ever is no longer sent once somebody has acknowledged',
  async () => {
    house.pager.faults.add({
      method: 'POST alerts',
      effect: { kind: 'refused-later', why: 'the team has no on-call' },
    });
    const declared = await declare(house);
    await secondRoute(declared);
    const warning = house.slack.transcript.find(
      ({ channel, text }) => channel === 'D0LEO' && text.includes(`#${declared.number}`),
    );

    await acknowledged(declared);

    expect(JSON.stringify(warning?.blocks)).toContain('the team has no on-call');
    expect(await pagesOnTheirWay(declared)).toBe(0);
  },
  patient,
);

/** The bot's clock is set forward; what falls due meanwhile falls due now. */
async function inMinutes(minutes: number): Promise<void> {
  await house.databases.own.pool.query(
    `create or replace function app_now() returns timestamptz language sql stable
       as $$ select clock_timestamp() + interval '${minutes} min' $$`,
  );
  await house.databases.own.pool.query('notify duties');
}
