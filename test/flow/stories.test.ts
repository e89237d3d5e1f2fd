/** Every story of the demo. */
import { expect, it } from '@jest/globals';
import { play } from '../../src/sandbox/play.ts';
import { stories } from '../../src/sandbox/stories/index.ts';
import { bundled, sharedDatabases } from '../tools/house.ts';

/** One with the bot coming to Slack by Socket Mode; `npm run test:long` plays all of them so. */
const ways = stories.map((story) => [story.name, story, story.name === 'p1-unanswered'] as const);

it.each(ways)(
  '%s goes as it should',
  async (_name, story, socket) => {
    const said: string[] = [];
    const { command, env } = bundled();
    const databases = await sharedDatabases();

    const went = await play(story, (line) => said.push(line), { socket, command, env, databases });

    expect(went ? [] : said).toEqual([]);
  },
  120_000,
);
