/** Every story of the demo once more, with the bot coming to Slack by Socket Mode. */
import { expect, it } from '@jest/globals';
import { play } from '../../src/sandbox/play.ts';
import { stories } from '../../src/sandbox/stories/index.ts';
import { bundled } from '../tools/house.ts';

it.each(stories.map((story) => [story.name, story] as const))(
  '%s goes as it should by Socket Mode',
  async (_name, story) => {
    const said: string[] = [];
    const { command, env } = bundled();

    const went = await play(story, (line) => said.push(line), { socket: true, command, env });

    expect(went ? [] : said).toEqual([]);
  },
  120_000,
);
