/** Somebody takes the call and resolves; an hour later the first duties of the aftermath are chased. */
import { cardIn, minutes } from '../stories/story.ts';
import { declare, messagesIn, opened, read, type Scenario, told, unless } from './scenario.ts';
import type { Stage } from './stage.ts';

export const resolve: Scenario = {
  name: 'resolve',
  prepare: (stage) => stage.step(() => declare(stage)),
  async play(stage) {
    const { slack } = stage.house;
    const channel = opened(stage)[0]?.id ?? '';
    const card = structuredClone(cardIn(stage.house, channel));
    const trigger = stage.insists === 'same' ? { trigger: `${Date.now()}.resolve` } : {};
    await stage.step(() => stage.person(() => slack.user('U0DANA').click(card, 'Acknowledge')));
    await stage.step(() =>
      stage.person(() => slack.user('U0DANA').command('resolve cancelled what hung', { channel, ...trigger })),
    );
    await stage.step(() => stage.clock.pass(minutes(60)));
  },
  async faults(stage) {
    const kinds = await told(stage);
    const { rows } = await stage.house.databases.own.pool.query<{ kind: string }>(
      `select kind from duties where state = 'owed' order by kind`,
    );
    const owed = rows.map(({ kind }) => kind).join(' ');
    return [
      ...unless({
        'it was acknowledged once': kinds['acknowledged'] === 1,
        'it was resolved once': kinds['resolved'] === 1,
        'each thing to do was told as it fell due': kinds['reminder'] === 5,
        'the aftermath is owed': owed === 'affected-users post-mortem report status-page',
        'every alert was acknowledged and closed': closedAlerts(stage),
      }),
      ...inChannel(stage),
    ];
  },
};

function closedAlerts({ house: { pager } }: Stage): boolean {
  const acts = new Set(pager.transcript.map(({ kind }) => kind));
  return acts.has('acknowledge') && acts.has('close') && pager.alerts().every((one) => one.status === 'closed');
}

function inChannel(stage: Stage): string[] {
  const [channel] = opened(stage);
  const [announcement] = messagesIn(stage, 'C0INCIDENTS');
  const card = cardIn(stage.house, channel?.id ?? '');
  return unless({
    'the topic says that it is resolved': channel?.topic.includes('resolved') === true,
    'the card says that it is resolved': read(card).includes('— resolved'),
    'the announcement says that it is resolved':
      announcement !== undefined && read(announcement).includes('— resolved'),
  });
}
