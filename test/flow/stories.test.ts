/** Stories of the demo, the bot coming to Slack by Socket Mode; `npm run demo -- --script` plays them over HTTP. */
import { expect, it } from '@jest/globals';
import { play } from '../../src/sandbox/play.ts';
import { stories } from '../../src/sandbox/stories/index.ts';
import { bundled, sharedDatabases } from '../tools/house.ts';
import { shapes } from '../tools/shapes.ts';

it.each(shapes(stories.map((story) => [story.name, story] as const)))(
  '%s goes as it should',
  async (_name, story) => {
    const said: string[] = [];
    const { command, env } = bundled();
    const databases = await sharedDatabases();

    const went = await play(story, (line) => said.push(line), { socket: true, command, env, databases });

    expect(went ? [] : said).toEqual([]);
  },
  120_000,
);
