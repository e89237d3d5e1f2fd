/** What people do while an incident runs: what is changed, what is said, and who hears it. */
import { expect, it } from '@jest/globals';
import { ana, begin, ben, dana, give, minutes, policy, redrawn, saying, start, wait } from './story.ts';

const topic = { kind: 'topic' };

it('gives the lead to who claims it: the channel is told, and nobody is pinged', () => {
  const story = begin('p1');

  const decision = give(story, { kind: 'lead' });

  expect(decision).toMatchObject({
    next: { lead: ana },
    entries: [{ kind: 'lead', to: ana }],
    effects: [saying('lead'), ...redrawn, topic],
  });
  expect(story.entries.at(-1)?.what).not.toHaveProperty('from');
});

it('pings whom the lead is handed to, and keeps who had it', () => {
  const story = begin('p1');
  give(story, { kind: 'lead' });

  const decision = give(story, { kind: 'lead', to: ben });

  expect(decision).toMatchObject({
    next: { lead: ben },
    entries: [{ kind: 'lead', to: ben, from: ana }],
    effects: [saying('lead', { person: ben }), ...redrawn, topic],
  });
});

it('tells who claims the lead a second time that it is theirs', () => {
  const story = begin('p1');
  give(story, { kind: 'lead' });

  give(story, { kind: 'lead' });

  expect(story.refusals).toEqual([{ code: 'already', what: 'lead', by: ana }]);
});

it('knows two people apart whom only the pager knows, and the same one again', () => {
  const eve = { pager: 'eve@example.com', name: 'Eve' };
  const story = begin('p1');
  give(story, { kind: 'lead', to: dana });

  const decisions = [dana, eve, ben].map((to) => give(story, { kind: 'lead', to }));

  expect(decisions.map(({ ok }) => ok)).toEqual([false, true, true]);
  expect(story.refusals).toEqual([{ code: 'already', what: 'lead', by: dana }]);
});

it('gives a role to who claims it, and pings whom it is handed to', () => {
  const story = begin('p1');

  const claimed = give(story, { kind: 'role', role: 'scribe' });
  const handed = give(story, { kind: 'role', role: 'scribe', to: ben });
  const other = give(story, { kind: 'role', role: 'operations' });

  expect(claimed).toMatchObject({
    entries: [{ kind: 'role', role: 'scribe', to: ana }],
    effects: [saying('role'), ...redrawn],
  });
  expect(claimed.ok && claimed.entries[0]).not.toHaveProperty('from');
  expect(handed).toMatchObject({
    entries: [{ kind: 'role', role: 'scribe', to: ben, from: ana }],
    effects: [saying('role', { person: ben }), ...redrawn],
  });
  expect(other).toMatchObject({ next: { roles: { scribe: ben, operations: ana } } });
});

it('refuses a role that is held by the same person already, or that the runbook does not have', () => {
  const story = begin('p1');
  give(story, { kind: 'role', role: 'scribe' });

  give(story, { kind: 'role', role: 'scribe' });
  give(story, { kind: 'role', role: 'jester' });

  expect(story.refusals).toEqual([
    { code: 'already', what: 'role', by: ana },
    { code: 'unknown-role', role: 'jester', known: policy.roles.map(({ id }) => id) },
  ]);
});

it('says from which severity to which, and draws the topic again', () => {
  const story = begin('p2');
  wait(story, minutes(1));

  const decision = give(story, { kind: 'severity', severity: 'p3' });

  expect(decision).toMatchObject({ next: { severity: 'p3', severitySetAt: start + minutes(1) } });
  expect(story.entries).toContainEqual({ at: 1, what: { kind: 'severity', from: 'p2', to: 'p3' } });
  expect(decision.ok && decision.effects.slice(0, 4)).toMatchObject([saying('severity'), ...redrawn, topic]);
});

it('refuses the severity that the incident has, and says since when', () => {
  const story = begin('p2');
  wait(story, minutes(1));

  give(story, { kind: 'severity', severity: 'p2' });

  expect(story.refusals).toEqual([{ code: 'already', what: 'severity', at: start }]);
});

it('leaves the ladder as it stands when an acknowledged incident is lowered, and starts it anew when nobody answered', () => {
  const answered = begin('p1');
  const unanswered = begin('p1');
  for (const story of [answered, unanswered]) wait(story, minutes(3));
  give(answered, { kind: 'acknowledge' });
  const { ladder } = answered.incident;

  give(answered, { kind: 'severity', severity: 'p2' });
  give(unanswered, { kind: 'severity', severity: 'p2' });

  expect(answered.incident.ladder).toEqual(ladder);
  expect(unanswered.incident.ladder).toMatchObject({ run: 2, startedAt: start + minutes(3), next: 1 });
});

it('refuses to take back an acknowledgement that nobody gave', () => {
  const story = begin('p1');

  give(story, { kind: 'unack' });

  expect(story.refusals).toEqual([{ code: 'not-acknowledged' }]);
});

it('says who took the acknowledgement back', () => {
  const story = begin('p1');
  give(story, { kind: 'acknowledge' });

  give(story, { kind: 'unack' }, { by: ben });

  expect(story.entries).toContainEqual({ at: 0, what: { kind: 'unacknowledged', by: ben } });
});

it('says since when and by whom an incident is acknowledged', () => {
  const story = begin('p1');
  wait(story, minutes(1));
  give(story, { kind: 'acknowledge' }, { by: ben });
  wait(story, minutes(1));

  give(story, { kind: 'acknowledge' });

  expect(story.refusals).toEqual([{ code: 'already', what: 'acknowledged', by: ben, at: start + minutes(1) }]);
});

it('keeps the title that somebody gave when the issue type is chosen', () => {
  const story = begin('p1', 'checkout returns 502');

  const decision = give(story, { kind: 'issue-type', issueType: 'workflow-stuck' });

  expect(decision).toMatchObject({
    next: { title: 'checkout returns 502', issueType: 'workflow-stuck' },
    entries: [{ kind: 'issue-type', issueType: 'workflow-stuck' }],
    effects: [saying('issue-type'), ...redrawn, { kind: 'investigate', issueType: 'workflow-stuck' }],
  });
});

it('draws the topic again when the issue type gives a title to an incident without words', () => {
  const story = begin('p1', '');

  const decision = give(story, { kind: 'issue-type', issueType: 'high-memory' });

  expect(decision).toMatchObject({
    next: { title: 'High Memory Usage' },
    effects: [saying('issue-type'), ...redrawn, { kind: 'investigate', issueType: 'high-memory' }, topic],
  });
});

it('takes a new title and says the old one', () => {
  const story = begin('p1', 'checkout is slow');

  const decision = give(story, { kind: 'title', title: 'checkout is down' });

  expect(decision).toMatchObject({
    next: { title: 'checkout is down' },
    entries: [{ kind: 'title', from: 'checkout is slow', to: 'checkout is down' }],
    effects: [saying('title'), ...redrawn, topic],
  });
});

it.each([
  ['title', { kind: 'title' as const, title: ' \n' }],
  ['text', { kind: 'update' as const, text: ' \n' }],
  ['title', { kind: 'title' as const, title: '\u200B\u202E' }],
  ['text', { kind: 'update' as const, text: '\u2060' }],
])('refuses a %s that says nothing', (field, order) => {
  const story = begin('p1');

  give(story, order);

  expect(story.refusals).toEqual([{ code: 'empty', field }]);
});

it('keeps the words, the time and the author of the last update, and counts it', () => {
  const story = begin('p1');
  give(story, { kind: 'update', text: 'looking' });
  wait(story, minutes(1));

  give(story, { kind: 'update', text: 'failed over' }, { by: ben });

  expect(story.incident.update).toEqual({ count: 2, at: start + minutes(1), text: 'failed over', by: ben });
  expect(story.entries).toContainEqual({ at: 1, what: { kind: 'update', text: 'failed over' } });
});

it('opens one page with an escalation, under a key of its own, and pings the level in the channel', () => {
  const story = begin('p1');

  const decision = give(story, { kind: 'escalate' });

  expect(decision).toMatchObject({
    next: { escalations: 1, ladder: { reached: 'second-level' } },
    effects: [saying('escalated', { level: 'second-level' }), ...redrawn, { kind: 'page', page: 'inc:e1' }],
  });
  expect(story.incident.pages.at(-1)).toEqual({
    key: 'inc:e1',
    levels: ['second-level'],
    at: start,
    state: 'requested',
    rerouted: false,
  });
});

it('is mitigated once, and says since when to the second person', () => {
  const story = begin('p1');
  wait(story, minutes(1));
  const decision = give(story, { kind: 'mitigate' });
  wait(story, minutes(1));

  give(story, { kind: 'mitigate' }, { by: ben, drawnFor: story.incident.version });

  expect(decision).toMatchObject({
    entries: [{ kind: 'mitigated' }],
    effects: [saying('mitigated'), ...redrawn, topic],
  });
  expect(story.incident).toMatchObject({ phase: 'mitigated', mitigatedAt: start + minutes(1) });
  expect(story.refusals).toEqual([{ code: 'already', what: 'mitigated', at: start + minutes(1) }]);
});

it('looks at the issue type that is asked for, else at its own', () => {
  const story = begin('p1');
  give(story, { kind: 'issue-type', issueType: 'high-memory' });

  const own = give(story, { kind: 'diagnose' });
  const asked = give(story, { kind: 'diagnose', issueType: 'workflow-stuck' });

  expect(own).toMatchObject({
    entries: [{ kind: 'diagnosis-asked', issueType: 'high-memory' }],
    effects: [{ kind: 'investigate', issueType: 'high-memory' }],
    reason: 'a look was asked for',
  });
  expect(asked).toMatchObject({
    entries: [{ kind: 'diagnosis-asked', issueType: 'workflow-stuck' }],
    effects: [{ kind: 'investigate', issueType: 'workflow-stuck' }],
  });
});

it('looks with every playbook where there is no issue type, and refuses one that the runbook does not have', () => {
  const story = begin('p1');
  const known = policy.issueTypes.map(({ id }) => id);

  const any = give(story, { kind: 'diagnose' });
  give(story, { kind: 'diagnose', issueType: 'gremlins' });

  expect(any).toMatchObject({ entries: [{ kind: 'diagnosis-asked' }], effects: [{ kind: 'triage' }] });
  expect(story.refusals).toEqual([{ code: 'unknown-issue-type', issueType: 'gremlins', known }]);
});

it('invites who wants to join, without the on-call, and writes nothing down', () => {
  const story = begin('p1');

  const decision = give(story, { kind: 'join' }, { by: ben });

  expect(decision).toMatchObject({
    entries: [],
    effects: [{ kind: 'invite', people: [ben], onCall: false }],
    reason: 'joined',
  });
});
