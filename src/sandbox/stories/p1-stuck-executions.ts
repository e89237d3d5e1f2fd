/** Workflow executions are stuck: declared, paged, found in the real database, acknowledged, resolved; the rest is owed. */
import { finishExecutions, stickExecutions } from '../databases.ts';
import {
  cardIn,
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

const stuck = 37;

export const p1StuckExecutions: Story = {
  name: 'p1-stuck-executions',
  about: 'a P1 without words; the press of its type starts the look at the database',
  prepare: ({ patient }) => stickExecutions(patient.pool, stuck),
  async play(stage) {
    const { channel, alias } = await declareAndLook(stage);
    await loseSockets(stage);
    await takeOver(stage, channel);
    await stage.pager.until('the alert acknowledged', (transcript) =>
      transcript.find((entry) => entry.kind === 'acknowledge' && entry.alias === alias),
    );
    await mendAndResolve(stage, channel, alias);
  },
};

async function declareAndLook(stage: Stage): Promise<{ channel: string; alias: string }> {
  const { slack, pager, clock } = stage;
  const channel = await declare(stage, 'declare p1');
  await clock.settle();
  const paged = await pager.until('the page', (transcript) => transcript.find(({ kind }) => kind === 'page'));
  expectThat('the card says that the page is confirmed', textOf(cardIn(stage, channel)).includes('Pager: paged'));

  stage.remark('Ana says what it is.');
  await slack.user('U0ANA').click(cardIn(stage, channel), 'Workflow Execution Stuck');
  await clock.settle();
  const report = await slack.until('the report', (transcript) =>
    transcript.find(({ thread, text }) => thread !== undefined && text.includes('executions')),
  );
  expectThat(`the finding counts ${stuck}`, textOf(report).includes(`${stuck} executions running for longer than 1 h`));
  expectThat('it shows the query that repeats it', textOf(report).includes('select * from'));
  await clock.pass(minutes(1));
  return { channel, alias: paged.alias };
}

async function mendAndResolve(stage: Stage, channel: string, page: string): Promise<void> {
  const { slack, pager, clock, databases } = stage;
  stage.remark('Dana cancels the stuck executions by hand, and looks again.');
  expectSame('executions cancelled', await finishExecutions(databases.patient.pool), stuck);
  await slack.user('U0DANA').click(cardIn(stage, channel), 'Diagnose');
  await clock.settle();
  await slack.until('the second report', (transcript) =>
    transcript.filter(({ thread }) => thread !== undefined).find(({ text }) => text.includes('healthy')),
  );
  await slack.user('U0DANA').command('resolve cancelled 37 executions that hung on a deleted file', { channel });
  await clock.settle();
  await pager.until('the alert closed', (transcript) =>
    transcript.find(({ kind, alias }) => kind === 'close' && alias === page),
  );

  const owed = await databases.own.pool.query<{ kind: string }>(
    `select kind from duties where state = 'owed' order by kind`,
  );
  expectSame(
    'what is owed afterwards',
    owed.rows.map(({ kind }) => kind),
    ['affected-users', 'post-mortem', 'report', 'status-page'],
  );
  await slack.user('U0DANA').command('duties', { channel });
  expectSame("Slack's rules kept", slack.violations, []);
}
