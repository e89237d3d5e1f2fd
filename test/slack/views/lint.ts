/** Slack's limits once more, independent of the builders that keep them; and what may ping. */
import type { KnownBlock, ModalView } from '@slack/types';
import type { Message } from '../../../src/slack/views/message.ts';

const points = (text: string): number => Array.from(text).length;

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/** Every object of the tree, whatever holds it. */
function nodes(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodes);
  return isNode(value) ? [value, ...Object.values(value).flatMap(nodes)] : [];
}

const textOf = (value: unknown): string => (isNode(value) && typeof value['text'] === 'string' ? value['text'] : '');

function faultsOf(node: Node): string[] {
  const faults: string[] = [];
  const longest: Record<string, number> = { header: 150, section: 3_000, button: 75 };
  const most = longest[String(node['type'])];
  if (most !== undefined && points(textOf(node['text'])) > most)
    faults.push(`${String(node['type'])}: longer than ${most}`);
  if (typeof node['value'] === 'string' && points(node['value']) > 2_000) faults.push('value: longer than 2000');
  if (typeof node['action_id'] === 'string' && node['action_id'].length > 255) faults.push('action_id too long');
  if (node['type'] === 'mrkdwn' && node['verbatim'] !== true) faults.push('mrkdwn that is not verbatim');
  if ((node['type'] === 'mrkdwn' || node['type'] === 'plain_text') && textOf(node) === '') faults.push('empty text');
  if (Array.isArray(node['elements']) && node['type'] === 'actions' && node['elements'].length > 25)
    faults.push('more than 25 buttons');
  if (Array.isArray(node['options']) && node['options'].length > 100) faults.push('more than 100 options');
  return faults;
}

export function lint({ text, blocks }: Message): string[] {
  const all = nodes(blocks);
  const primary = all.filter(({ style }) => style === 'primary').length;
  const total = all.reduce((sum, node) => sum + points(textOf(node)), 0);
  return [
    ...all.flatMap(faultsOf),
    ...(points(text) > 100 ? ['first line longer than 100'] : []),
    ...(text === '' ? ['no first line'] : []),
    ...(blocks.length > 50 ? ['more than 50 blocks'] : []),
    ...(total > 13_200 ? [`${total} characters in all`] : []),
    ...(primary > 1 ? [`${primary} primary buttons`] : []),
    ...twins(blocks),
  ];
}

function twins(blocks: KnownBlock[]): string[] {
  const doubled = blocks.filter((block) => {
    if (block.type !== 'actions') return false;
    const ids = block.elements.map((element) => ('action_id' in element ? element.action_id : undefined));
    return new Set(ids).size < ids.length;
  });
  return doubled.map(() => 'the same action_id twice in one block');
}

export function lintView({ title, blocks, private_metadata = '' }: ModalView): string[] {
  return [
    ...nodes(blocks)
      .flatMap(faultsOf)
      .filter((fault) => fault !== 'mrkdwn that is not verbatim'),
    ...(points(title.text) > 24 ? ['title longer than 24'] : []),
    ...(points(private_metadata) > 3_000 ? ['private_metadata longer than 3000'] : []),
  ];
}

/** Whatever Slack would read as a mention, a broadcast, a date or a link. */
export function marks({ text, blocks }: Message): string[] {
  const read = nodes(blocks)
    .filter(({ type }) => type === 'mrkdwn')
    .map(textOf);
  return [text, ...read]
    .flatMap((one) => one.match(/<[^<>\s][^<>]*>?/g) ?? [])
    .filter((mark) => !mark.startsWith('<!date^'));
}
