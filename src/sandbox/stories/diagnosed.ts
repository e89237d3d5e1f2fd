/** Something breaks and is declared; the report stands in the thread within seconds; it is mended and looked at again. */
import { scenarioNamed } from '../scenarios/index.ts';
import type { Message } from '../slack/workspace.ts';
import {
  declare,
  expectSame,
  expectThat,
  loseSockets,
  minutes,
  type Stage,
  type Story,
  takeOver,
  textOf,
} from './story.ts';

interface Parts {
  name: string;
  about: string;
  scenario: string;
  /** behind `/incident` */
  declare: string;
  /** what the report says of the first cause: where, and a number */
  says: string[];
  /** what somebody does about it */
  mending: string;
  resolution: string;
}

/** The bot promises the first findings in 5 s and all in 15 s; a machine that plays a story may be at work on others. */
const reportWithinMs = 15_000;

export const diagnosed = (parts: Parts): Story => ({
  name: parts.name,
  about: parts.about,
  async play(stage) {
    const channel = await declareAndRead(stage, parts);
    await loseSockets(stage);
    await takeOver(stage, channel);
    await mendAndResolve(stage, channel, parts);
    expectSame("Slack's rules kept", stage.slack.violations, []);
  },
});

const reportsBegin = /^P\d #\d+: /;

/** The messages of reports, as they are drawn now, oldest first. */
const reportsIn = ({ slack }: Stage, channel: string): Message[] =>
  slack.messages(channel).filter(({ thread, text }) => thread !== undefined && reportsBegin.test(text));

async function declareAndRead(stage: Stage, { scenario, declare: words, says }: Parts): Promise<string> {
  const { slack, clock, systems } = stage;
  const broken = scenarioNamed(scenario);
  await systems.play(broken);
  stage.remark(broken.what);
  const began = performance.now();
  const channel = await declare(stage, words);
  await slack.until('the report', () => reportsIn(stage, channel)[0], reportWithinMs);
  stage.remark(`The report stands in the thread ${seconds(performance.now() - began)} s after the declaration.`);
  const report = await whole(stage, channel, 0);
  await clock.settle();
  for (const words of says) expectThat(`the report says "${words}"`, textOf(report).includes(words));
  expectThat('the report leaves nothing unseen', !textOf(report).includes('Not seen'));
  await clock.pass(minutes(1));
  return channel;
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

/** Nothing is looked at any more. */
const whole = (stage: Stage, channel: string, n: number): Promise<Message> =>
  stage.slack.until(
    'the whole report',
    () => reportsIn(stage, channel).filter((report) => !textOf(report).includes('Still looking at'))[n],
    20_000,
  );

async function mendAndResolve(stage: Stage, channel: string, { mending, resolution }: Parts): Promise<void> {
  const { slack, clock, systems } = stage;
  stage.remark(mending);
  await systems.mend();
  const [first] = reportsIn(stage, channel);
  if (!first) throw new Error('the report is gone');
  await slack.user('U0DANA').click(first, 'Look again');
  const second = await whole(stage, channel, 1);
  await clock.settle();
  expectThat('the second report says what is gone', textOf(second).includes('*gone*'));
  expectThat('the second report says healthy', second.text.includes('healthy'));
  await slack.user('U0DANA').command(`resolve ${resolution}`, { channel });
  await clock.settle();
}
