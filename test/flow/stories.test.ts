/** Every story of the demo, as a user runs it: Slack comes to the bot, and the bot to Slack. */
import { expect, it } from '@jest/globals';
import { play } from '../../src/sandbox/play.ts';
import { stories } from '../../src/sandbox/stories/index.ts';

const ways = [
  ['by HTTP', false],
  ['by Socket Mode', true],
] as const;

it.each(stories.flatMap((story) => ways.map(([way, socket]) => [story.name, way, { story, socket }] as const)))(
  '%s goes as it should %s',
  async (_name, _way, { story, socket }) => {
    const said: string[] = [];

    const went = await play(story, (line) => said.push(line), { socket });

    expect(went ? [] : said).toEqual([]);
  },
  120_000,
);
