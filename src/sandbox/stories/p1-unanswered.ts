/** Nobody answers a P1 for a quarter of an hour: the ladder climbs; then somebody takes the call, and it is quiet. */
import { declare, expectSame, expectThat, inChannel, minutes, type Story } from './story.ts';

export const p1Unanswered: Story = {
  name: 'p1-unanswered',
  about: 'a P1 that nobody answers until it has reached the team lead',
  async play(stage) {
    const { slack, pager, clock } = stage;
    const start = clock.now();
    const channel = await declare(stage, 'declare p1 checkout returns 502');
    await clock.settle();
    await clock.pass(minutes(15));

    const pages = pager.transcript
      .filter(({ kind }) => kind === 'page')
      .map(({ at, responders }) => `${(at - start) / minutes(1)} ${responders.join('+')}`);
    expectSame('pages, in minutes', pages, [
      '0 team cloudflow',
      '5 team cloudflow',
      '10 escalation cloudflow_escalation',
      '15 schedule cloudflow_team_lead',
    ]);
    const posted = inChannel(slack.transcript, channel).length;
    expectThat(`at most 8 messages in the channel (there are ${posted})`, posted <= 8);

    stage.remark('Dana takes the call at the pager.');
    const alias = pager.transcript.findLast(({ kind }) => kind === 'page')?.alias ?? '';
    expectSame('the webhook is taken', await pager.person('dana@example.com').acknowledge(alias), 202);
    await slack.until('the acknowledgement in the channel', (transcript) =>
      transcript.find(({ text }) => text.includes('acknowledged by')),
    );
    await clock.settle();
    await pager.until('every alert acknowledged', () =>
      pager.alerts().every(({ acknowledged }) => acknowledged) ? true : undefined,
    );
    await clock.pass(minutes(14));

    expectSame('no page after the acknowledgement', pager.transcript.filter(({ kind }) => kind === 'page').length, 4);
    expectSame(
      'every alert acknowledged at the pager',
      pager.alerts().map(({ acknowledged }) => acknowledged),
      [true, true, true, true],
    );
    expectSame('no page sent twice', pager.transcript.filter(({ kind }) => kind === 'repeat').length, 0);
    expectSame("Slack's rules kept", slack.violations, []);
  },
};
