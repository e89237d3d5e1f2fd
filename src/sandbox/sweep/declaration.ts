/** A declaration, from the typing until nothing is left to do. */
import type { Entry } from '../slack/workspace.ts';
import { declare, messagesIn, opened, read, type Scenario, told, unless, words } from './scenario.ts';
import type { Stage } from './stage.ts';

export const declaration: Scenario = {
  name: 'declaration',
  prepare: async () => {},
  async play(stage) {
    await stage.step(() => declare(stage));
    await stage.step(() => stage.person(() => stage.house.slack.user('U0BEN').command(words)));
  },
  async faults(stage) {
    const { rows } = await stage.house.databases.own.pool.query('select from incidents');
    const once = { declared: 1, announced: 1, 'channel-opened': 1, 'page-accepted': 1, 'page-confirmed': 1, report: 1 };
    const kinds = await told(stage);
    return [
      ...unless({
        'there is one incident': rows.length === 1,
        'there is one channel': opened(stage).length === 1,
        ...Object.fromEntries(
          Object.entries(once).map(([kind, n]) => [`${kind} stands once in the timeline`, kinds[kind] === n]),
        ),
      }),
      ...inChannel(stage),
      ...elsewhere(stage),
    ];
  },
};

function inChannel(stage: Stage): string[] {
  const [channel] = opened(stage);
  if (!channel) return [];
  const [card, ...others] = messagesIn(stage, channel.id);
  return unless({
    'the channel is named after it': channel.name === 'inc-1-workflow-executions-are-stuck',
    'the topic is set': channel.topic.startsWith('P1 #1 · not acknowledged'),
    'who declared is there': channel.members.has('U0ANA'),
    'who is on call is there': channel.members.has('U0DANA'),
    'the card is pinned': card?.pinned === true,
    'the card says that the page is confirmed': card !== undefined && read(card).includes('Pager: paged'),
    'the ladder is told': others.some(({ text }) => text.includes('paging on-call')),
    'the report stands below the card': others.some(
      ({ thread, text }) => thread !== undefined && thread === card?.ts && text.includes('executions'),
    ),
  });
}

function elsewhere(stage: Stage): string[] {
  const { pager } = stage.house;
  const [announcement, ...more] = messagesIn(stage, 'C0INCIDENTS');
  const [alert, ...others] = pager.alerts();
  return unless({
    'it is announced once': announcement !== undefined && more.length === 0,
    'the announcement leads to the channel':
      announcement !== undefined && read(announcement).includes(`<#${opened(stage)[0]?.id}>`),
    'one page was sent': alert !== undefined && others.length === 0 && alert.alias.endsWith(':1.0'),
    'the alert names the channel': [alert?.description, ...(alert?.notes ?? [])].some((text) =>
      text?.includes('#inc-1-'),
    ),
    'a second person hears that it looks declared': isWarned(stage),
  });
}

/** On a busy machine it may die between its two answers: then nothing was confirmed, and that was said. */
function isWarned({ house, wasStruck }: Stage): boolean {
  const answers = house.slack.transcript.filter(({ kind, user }) => kind === 'reply' && user === 'U0BEN');
  return isTold(answers, 'Declare anyway') || (wasStruck() && isTold(answers, 'nothing is confirmed yet'));
}

const isTold = (answers: Entry[], words: string): boolean =>
  answers.some(({ blocks }) => JSON.stringify(blocks).includes(words));
