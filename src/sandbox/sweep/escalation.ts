/** Nobody answers: two rungs of the ladder fall due, and then somebody presses Escalate. */
import { cardIn, minutes } from '../stories/story.ts';
import { declare, messagesIn, opened, type Scenario, told, unless } from './scenario.ts';
import type { Stage } from './stage.ts';

export const escalation: Scenario = {
  name: 'escalation',
  prepare: (stage) => stage.step(() => declare(stage)),
  async play(stage) {
    await stage.step(() => stage.clock.pass(minutes(2)));
    await stage.step(() => stage.clock.pass(minutes(3)));
    await stage.step(() => press(stage));
  },
  async faults(stage) {
    const kinds = await told(stage);
    const { rows } = await stage.house.databases.own.pool.query<{ key: string }>(
      `select key from duties where kind = 'page' and state = 'paid' order by key`,
    );
    return [
      ...unless({
        'there is one channel': opened(stage).length === 1,
        'declaration and both rungs are told': kinds['ladder'] === 3,
        'it was escalated once': kinds['escalated'] === 1,
        'each rung was paid once': rows.length === 3,
      }),
      ...pages(stage),
      ...inChannel(stage),
    ];
  },
};

/** Ben presses what he saw, and presses the same again when nothing came of it. */
async function press(stage: Stage): Promise<void> {
  const [channel] = opened(stage);
  const card = structuredClone(cardIn(stage.house, channel?.id ?? ''));
  await stage.person(() => stage.house.slack.user('U0BEN').click(card, 'Escalate'));
}

function pages({ house }: Stage): string[] {
  const keys = house.pager.alerts().map(({ alias }) => alias.split(':')[1]);
  return unless({
    'each page has one alert of its own': ['1.0', '1.2', 'e1'].every((key) => keys.includes(key)) && keys.length === 3,
    'every alert is open': house.pager.alerts().every(({ status, acknowledged }) => status === 'open' && !acknowledged),
  });
}

function inChannel(stage: Stage): string[] {
  const [channel] = opened(stage);
  const texts = messagesIn(stage, channel?.id ?? '').map(({ text }) => text);
  const times = (words: string): number => texts.filter((text) => text.includes(words)).length;
  return unless({
    'the pages of the ladder are told': times('paging on-call') === 2,
    'that it was escalated is told': texts.some((text) => text.includes('scalated')),
    'the pages are confirmed on the card': JSON.stringify(cardIn(stage.house, channel?.id ?? '').blocks).includes(
      'Pager: paged (second level',
    ),
  });
}
