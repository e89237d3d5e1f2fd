/** Every story of the demo, as a user runs it. */
import { expect, it } from '@jest/globals';
import { play } from '../../src/sandbox/play.ts';
import { stories } from '../../src/sandbox/stories/index.ts';

it.each(stories.map((story) => [story.name, story] as const))(
  '%s goes as it should',
  async (_name, story) => {
    const said: string[] = [];

    const went = await play(story, (line) => said.push(line));

    expect(went ? [] : said).toEqual([]);
  },
  60_000,
);
