import { expect, it } from '@jest/globals';
import { entryMessage } from '../../../src/slack/views/entry.ts';
import { refusalMessage } from '../../../src/slack/views/refusal.ts';
import { incident, now, people, sceneOf } from './world.ts';

const everybody = Array.from({ length: 8 }, (_, n) => `<@U0PERSON${n}>`).join(' ');

it('mentions everybody who is to act, however long the line gets', () => {
  const entry = {
    kind: 'ladder' as const,
    step: 4,
    page: ['on-call' as const, 'second-level' as const, 'team-lead' as const],
    mention: [],
    breach: true,
    lateMs: 0,
    missed: 3,
  };

  const { text, blocks } = entryMessage(entry, sceneOf(incident), { pings: everybody });

  expect(JSON.stringify(blocks)).toContain(everybody);
  expect(Array.from(text).length).toBeLessThanOrEqual(100);
});

it('says the whole of a long refusal in the message, and its beginning in the notification', () => {
  const refusal = {
    code: 'still-owed' as const,
    duties: ['status-page' as const, 'affected-users' as const, 'report' as const, 'post-mortem' as const],
  };

  const { text, blocks } = refusalMessage(refusal, { people, now });

  expect(JSON.stringify(blocks)).toContain('Do them or say that they are not needed.');
  expect(Array.from(text).length).toBeLessThanOrEqual(100);
});
