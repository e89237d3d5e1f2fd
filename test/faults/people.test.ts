/** Whoever is on call has left Slack: they are paged all the same, and the card says why nobody was called here. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { House } from '../../src/sandbox/house.ts';
import { people } from '../../src/sandbox/house.ts';
import { cardIn } from '../../src/sandbox/stories/story.ts';
import { channelOf, declare, open, patient, posts, quiet } from './scene.ts';

let house: House;
beforeAll(async () => {
  for (const { id } of people)
    if (id === 'U0DANA' || id === 'U0BEN')
      Object.assign(people.find((one) => one.id === id) ?? {}, { deactivated: true });
  house = await open({
    runbook: (runbook) => Object.assign(Object(Object(runbook['levels'])['on-call']), { slack: ['U0BEN'] }),
  });
}, patient);
afterAll(() => house.stop(), patient);

it(
  'an on-call person who is deactivated in Slack is paged all the same, named on the card, and neither mentioned nor invited',
  async () => {
    const declared = await declare(house);
    const page = await house.pager.until('the page', (all) => all.find(({ alias }) => alias === `${declared.id}:1.0`));
    const channel = await channelOf(house, declared);
    await quiet(house);

    expect(page.responders).toContain('team cloudflow');
    const card = JSON.stringify(cardIn(house, channel).blocks);
    expect(card).toContain('not in this Slack: Ben Okafor, dana@example.com');
    expect(posts(house, channel, 'dana@example.com').length).toBeGreaterThan(1);
    const pinged = house.slack.transcript.flatMap(({ pings = [] }) => pings);
    expect(pinged).not.toContain('U0DANA');
    expect(pinged).not.toContain('U0BEN');
    expect(house.slack.violations).toEqual([]);
  },
  patient,
);
