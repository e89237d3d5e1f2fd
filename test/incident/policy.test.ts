/** What the runbook has by default. */
import { expect, it } from '@jest/globals';
import { defaultReminders, reminderKinds } from '../../src/incident/policy.ts';
import { policy } from './story.ts';

it.each(reminderKinds)('has by default the times of %s that runbook.yaml spells out', (kind) => {
  const { name, from, ...times } = defaultReminders[kind];

  expect(times).toEqual(policy.reminders[kind]);
  expect([name, from]).not.toContain('');
});
