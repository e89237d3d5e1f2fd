/** `npm run demo`: everything on this machine, for a person at the terminal or, with --script, for a story. */
import { parseArgs } from 'node:util';
import { converse } from './converse.ts';
import { play } from './play.ts';
import { stories } from './stories/index.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const { values } = parseArgs({
  options: {
    script: { type: 'string' },
    socket: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h' },
  },
});

async function main(): Promise<number> {
  if (values.help || values.script === '') return usage(0);
  if (values.script === undefined) return converse(say);
  const story = stories.find(({ name }) => name === values.script);
  if (!story) {
    say(`There is no story named ${values.script}.`);
    return usage(1);
  }
  return (await play(story, say, { socket: values.socket })) ? 0 : 1;
}

function usage(code: number): number {
  say('npm run demo                        for a person at this terminal');
  for (const { name, about } of stories) say(`npm run demo -- --script ${name.padEnd(20)} ${about}`);
  say('                      … --socket   a story by Socket Mode');
  return code;
}

try {
  process.exitCode = await main();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
