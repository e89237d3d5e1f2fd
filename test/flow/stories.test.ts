/** Every story of the demo: Slack comes to the bot, and for those that lose sockets the bot to Slack as well. */
import { expect, it } from '@jest/globals';
import { play } from '../../src/sandbox/play.ts';
import { stories } from '../../src/sandbox/stories/index.ts';
import { bundled } from '../tools/house.ts';

const ways = [
  ['by HTTP', false],
  ['by Socket Mode', true],
] as const;
/** The rest of them differs by what is looked at, which knows nothing of how Slack is reached. */
const bothWays = new Set(['p1-stuck-executions', 'p1-unanswered']);

it.each(
  stories.flatMap((story) =>
    ways
      .filter(([, socket]) => !socket || bothWays.has(story.name))
      .map(([way, socket]) => [story.name, way, { story, socket }] as const),
  ),
)(
  '%s goes as it should %s',
  async (_name, _way, { story, socket }) => {
    const said: string[] = [];
    const { command, env } = bundled();

    const went = await play(story, (line) => said.push(line), { socket, command, env });

    expect(went ? [] : said).toEqual([]);
  },
  120_000,
);
