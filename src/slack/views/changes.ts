/** What a look again shows against the one before it. */
import type { KnownBlock } from '@slack/types';
import type { Change, ChangeKind, Changes } from '../../diagnosis/diagnosis.ts';
import { context, foreign, section, when } from './blocks.ts';
import { clock } from './words.ts';

const words: Record<ChangeKind, string> = {
  new: ':new: *new*',
  worse: ':arrow_upper_right: *worse*',
  same: ':white_small_square: still there',
  better: ':arrow_lower_right: *better*',
  unseen: ':grey_question: *not seen now*',
  gone: ':white_check_mark: *gone*',
};
const most = 10;

export function changeBlocks(changes: Changes | undefined): KnownBlock[] {
  if (!changes) return [];
  const { since, list } = changes;
  const head = `*Against the look at ${clock(since)}*`;
  if (list.length === 0) return [section(`${head}: nothing was found then, and nothing now.`)];
  const left = list.length - most;
  return [
    section([head, ...list.slice(0, most).map(changeLine)].join('\n')),
    ...when(left > 0, () => [context(`${left} more ${left === 1 ? 'change is' : 'changes are'} not shown.`)]),
  ];
}

function changeLine({ kind, subject, rule, was, is }: Change): string {
  const numbers = [was, is].filter((part) => part !== undefined).map((part) => foreign(part, 80));
  return `${words[kind]}: ${foreign(subject, 60)} (${foreign(rule, 50)}): ${[...new Set(numbers)].join(' → ')}`;
}
