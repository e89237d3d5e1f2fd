/** What an incident is judged by afterwards. */
import { expect, it } from '@jest/globals';
import { measure } from '../../src/incident/measures.ts';
import { begin, give, hour, minutes, policy, type Story, wait } from './story.ts';

const measured = ({ incident, now }: Story) => measure(incident, { now, policy });

it('has nothing to say of what has not happened yet, and counts the target down', () => {
  const story = begin('p1');
  wait(story, minutes(4));

  expect(measured(story)).toEqual({ targetLeft: minutes(56), responseBreached: false });
});

it('counts the acknowledgement from the last start of the ladder', () => {
  const story = begin('p1');
  give(story, { kind: 'acknowledge' });
  wait(story, minutes(10));
  give(story, { kind: 'unack' });
  wait(story, minutes(3));

  give(story, { kind: 'acknowledge' });

  expect(measured(story).toAcknowledge).toBe(minutes(3));
});

it('counts the mitigation from the declaration', () => {
  const story = begin('p1');
  wait(story, minutes(7));
  give(story, { kind: 'mitigate' });
  wait(story, minutes(7));

  expect(measured(story).toMitigate).toBe(minutes(7));
});

it('has no time to resolve while it runs again, and keeps the one it had when it is closed', () => {
  const story = begin('p3');
  wait(story, minutes(40));
  give(story, { kind: 'resolve' });
  give(story, { kind: 'reopen', reason: 'it is back' });
  wait(story, hour);
  expect(measured(story)).not.toHaveProperty('toResolve');

  give(story, { kind: 'resolve' });
  for (const duty of ['ticket', 'status-page', 'affected-users', 'report'] as const)
    give(story, { kind: 'waive', duty, reason: 'a drill' });
  wait(story, hour);
  give(story, { kind: 'close' });
  wait(story, hour);

  expect(story.incident.phase).toBe('closed');
  expect(measured(story)).toMatchObject({ toResolve: minutes(100), targetLeft: 24 * hour - minutes(100) });
});

it('stops the target with a false alarm, which is never resolved', () => {
  const story = begin('p1');
  wait(story, minutes(10));
  give(story, { kind: 'cancel' });
  wait(story, hour);

  expect(measured(story)).toEqual({ targetLeft: minutes(50), responseBreached: true });
});

it('says how far the target is exceeded', () => {
  const story = begin('p1');
  wait(story, 3 * hour);

  expect(measured(story).targetLeft).toBe(-2 * hour);
});

it.each([
  ['at the very step that says so', minutes(5), true],
  ['a moment before it', minutes(5) - 1, false],
])('is breached by an acknowledgement %s', (_name, after, breached) => {
  const story = begin('p1');
  wait(story, after);
  give(story, { kind: 'acknowledge' });
  wait(story, hour);

  expect(measured(story).responseBreached).toBe(breached);
});

it('is breached by the response time where no step of the ladder says so', () => {
  const story = begin('p2');
  wait(story, minutes(15));
  const steps = policy.ladder.p2.steps.map((step) => ({ ...step, breach: false }));
  const quiet = { ...policy, ladder: { ...policy.ladder, p2: { ...policy.ladder.p2, steps } } };

  expect(measure(story.incident, { now: story.now, policy: quiet }).responseBreached).toBe(true);
  expect(measure(story.incident, { now: story.now - 1, policy: quiet }).responseBreached).toBe(false);
});
