import { expect, it } from '@jest/globals';
import { begin, ben, dana, day, give, hear, hour, minutes, pages, posts, sleepThrough, told, wait } from './story.ts';

it('pages on-call, on-call again, second level and team lead while nobody answers a P1', () => {
  const story = begin('p1');

  wait(story, minutes(15));

  expect(pages(story)).toEqual(['0 on-call', '5 on-call', '10 second-level', '15 team-lead']);
  expect(told(story, 'ladder')).toEqual(['0 on-call', '2 on-call', '5 on-call', '10 second-level', '15 team-lead']);
});

it('then pages second level and team lead every ten minutes, for ever', () => {
  const story = begin('p1');

  wait(story, minutes(45));

  expect(pages(story).slice(4)).toEqual([
    '25 second-level+team-lead',
    '35 second-level+team-lead',
    '45 second-level+team-lead',
  ]);
});

it('says that the response is breached with the step at five minutes, not before', () => {
  const story = begin('p1');

  wait(story, minutes(5));

  const breaches = story.entries.filter(({ what }) => what.kind === 'ladder' && what.breach);
  expect(breaches.map(({ at }) => at)).toEqual([5]);
});

it('mentions before it pages on a P2, and pages at 10, 20 and 30 minutes', () => {
  const story = begin('p2');

  wait(story, minutes(60));

  expect(told(story, 'ladder').slice(0, 4)).toEqual(['0 on-call', '5 on-call', '10 on-call', '15 team-lead']);
  expect(pages(story)).toEqual(['10 on-call', '20 second-level', '30 team-lead', '60 second-level+team-lead']);
});

it('never pages for a P3, but tells the team lead at once, at an hour and daily', () => {
  const story = begin('p3');

  wait(story, 2 * day);

  expect(pages(story)).toEqual([]);
  expect(told(story, 'ladder')).toEqual(['0 team-lead', '30 on-call', '50 on-call', '60 team-lead', '1500 team-lead']);
});

it('ends with the acknowledgement', () => {
  const story = begin('p1');
  wait(story, minutes(6));

  give(story, { kind: 'acknowledge' }, { by: ben });
  wait(story, hour);

  expect(pages(story)).toEqual(['0 on-call', '5 on-call']);
});

it('ends with an acknowledgement at the pager, which covers every alert', () => {
  const story = begin('p1');
  wait(story, minutes(10));

  hear(story, { kind: 'acknowledged-at-pager', page: 'inc:1.3', by: dana });

  expect(story.incident.acknowledged).toMatchObject({ by: dana, via: 'pager' });
  expect(story.incident.pages.map(({ state }) => state)).toEqual(['acknowledged', 'acknowledged', 'acknowledged']);
  // the pager knows of its own one
  expect(story.effects.filter(({ what }) => what.kind === 'acknowledge-page')).toHaveLength(2);
});

it('is not ended again by the echo of an acknowledgement that was taken back', () => {
  const story = begin('p1');
  give(story, { kind: 'acknowledge' });
  give(story, { kind: 'unack' });

  hear(story, { kind: 'acknowledged-at-pager', page: 'inc:1.0', by: dana });

  expect(story.incident.acknowledged).toBeUndefined();
  hear(story, { kind: 'acknowledged-at-pager', page: 'inc:2.0', by: dana });
  expect(story.incident.acknowledged).toMatchObject({ by: dana });
});

it('starts again at 0, with new keys, after a mis-tap is taken back', () => {
  const story = begin('p1');
  give(story, { kind: 'acknowledge' });
  wait(story, minutes(3));

  give(story, { kind: 'unack' });
  wait(story, minutes(5));

  expect(story.incident.pages.map(({ key }) => key)).toEqual(['inc:1.0', 'inc:2.0', 'inc:2.2']);
  expect(pages(story)).toEqual(['0 on-call', '3 on-call', '8 on-call']);
});

it('starts once from 0 when a P3 becomes a P1 at minute 40, without a storm', () => {
  const story = begin('p3');
  wait(story, minutes(40));
  const before = posts(story).length;

  give(story, { kind: 'severity', severity: 'p1' });

  expect(pages(story)).toEqual(['40 on-call']);
  expect(posts(story).length - before).toBeLessThanOrEqual(3);
  wait(story, minutes(15));
  expect(pages(story)).toEqual(['40 on-call', '45 on-call', '50 second-level', '55 team-lead']);
});

it('asks for a new acknowledgement when the severity is raised, and keeps it when it is lowered', () => {
  const story = begin('p2');
  give(story, { kind: 'acknowledge' });

  give(story, { kind: 'severity', severity: 'p3' });
  expect(story.incident.acknowledged).toBeDefined();

  give(story, { kind: 'severity', severity: 'p1' });
  expect(story.incident.acknowledged).toBeUndefined();
  expect(pages(story)).toEqual(['0 on-call']);
});

it('says what was missed during an outage of an hour once: each level paged once, and how late', () => {
  const story = begin('p1');

  sleepThrough(story, hour);

  expect(pages(story)).toEqual(['0 on-call', '60 on-call+second-level+team-lead']);
  const ladder = story.entries.filter(({ what }) => what.kind === 'ladder');
  expect(ladder).toHaveLength(2);
  expect(ladder[1]?.what).toMatchObject({ lateMs: minutes(58), missed: 7 });
  wait(story, minutes(5));
  expect(pages(story).at(-1)).toBe('65 second-level+team-lead');
});

it('says at most eight things in a quarter of an hour while nobody answers a P1', () => {
  const story = begin('p1');

  wait(story, minutes(15));

  expect(posts(story).length).toBeLessThanOrEqual(8);
});

it('climbs one level with every escalation, from whoever was reached', () => {
  const story = begin('p1');

  give(story, { kind: 'escalate' });
  give(story, { kind: 'escalate' });
  give(story, { kind: 'escalate' });

  expect(story.entries.filter(({ what }) => what.kind === 'escalated').map(({ what }) => what)).toEqual([
    { kind: 'escalated', to: ['second-level'] },
    { kind: 'escalated', to: ['team-lead'] },
    { kind: 'escalated', to: ['team-lead'] },
  ]);
});

it('takes the second route for a page that stays unconfirmed for 30 seconds, once', () => {
  const story = begin('p1');

  wait(story, 29_999);
  expect(told(story, 'page-unconfirmed')).toEqual([]);
  wait(story, 1);
  wait(story, minutes(1));

  expect(told(story, 'page-unconfirmed')).toEqual(['0.5 fallback']);
});

it('takes it at once for a page that is refused, and not for one that was confirmed', () => {
  const refused = begin('p1');
  hear(refused, { kind: 'page-failed', page: 'inc:1.0', why: 'no key' });
  const confirmed = begin('p1');
  hear(confirmed, { kind: 'page-accepted', page: 'inc:1.0', request: 'r1' });
  hear(confirmed, { kind: 'page-confirmed', page: 'inc:1.0' });

  wait(refused, minutes(1));
  wait(confirmed, minutes(1));

  expect(told(refused, 'page-unconfirmed')).toEqual(['0 fallback']);
  expect(told(confirmed, 'page-unconfirmed')).toEqual([]);
});
