/** The whole bot with nothing but a transaction pooler between it and its database. */
import { afterEach, beforeEach, expect } from '@jest/globals';
import { type House, startHouse } from '../../src/sandbox/house.ts';
import { cardIn, incidentChannel, textOf } from '../../src/sandbox/stories/story.ts';
import { because, type Pooler, pooled, startPooler } from '../tools/pooler.ts';

let house: House;
let pooler: Pooler;
beforeEach(async () => {
  if (because !== '') return;
  const env: Record<string, string> = {};
  house = await startHouse({
    now: Date.now,
    say: () => {},
    env,
    prepare: async ({ own }) => {
      pooler = await startPooler(own.url);
      env['DATABASE_URL'] = pooler.url;
    },
  });
}, 60_000);
afterEach(async () => {
  await house?.stop();
  pooler?.stop();
}, 60_000);

pooled(
  `declares, pages, opens the channel and takes the acknowledgement, without waiting for a sweep at every step${because}`,
  async () => {
    const began = performance.now();
    await house.slack.user('U0ANA').command('declare p1 checkout returns 502');
    const channel = await incidentChannel(house);
    await house.slack.until('the card drawn as posted', (transcript) =>
      transcript.find((entry) => entry.channel === channel && entry.kind === 'edit'),
    );
    await house.pager.until('the page', (transcript) => transcript.find(({ kind }) => kind === 'page'));
    const tookMs = performance.now() - began;
    await house.slack.user('U0DANA').click(cardIn(house, channel), 'Acknowledge');
    await house.slack.until('the acknowledgement', (transcript) =>
      transcript.find((entry) => textOf(entry).includes('acknowledged by <@U0DANA>')),
    );

    // by the sweep alone it takes four seconds
    expect(tookMs).toBeLessThan(3_000);
    const warnings = house.bot.lastLines().filter((line) => line.includes('no notification comes through a pooler'));
    expect(warnings).toHaveLength(1);
    expect(house.slack.violations).toEqual([]);
  },
  60_000,
);
