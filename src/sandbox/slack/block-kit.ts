/** Slack's limits on blocks, as its reference has them; stated here on their own, so that a bot can be checked by them. */
import type { Json } from './workspace.ts';

export type Surface = 'message' | 'modal';

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const points = (value: unknown): number => (typeof value === 'string' ? Array.from(value).length : 0);

const blocksPer: Record<Surface, number> = { message: 50, modal: 100 };
const elementsPer = { actions: 25, context: 10 };
const mostTextInMessage = 13_200;

/** Every fault of the blocks of one surface, as `where: what`; empty when Slack would take them. */
export function faultsOfBlocks(blocks: unknown, surface: Surface): string[] {
  if (!Array.isArray(blocks)) return ['blocks: not a list'];
  const faults = blocks.flatMap((block, n) => faultsOfBlock(block, { at: `blocks[${n}]`, surface }));
  if (blocks.length > blocksPer[surface]) faults.push(`blocks: more than ${blocksPer[surface]}`);
  faults.push(
    ...twice(
      blocks.map((block) => (isObject(block) ? block['block_id'] : undefined)),
      'block_id',
    ),
  );
  if (surface === 'message' && textIn(blocks) > mostTextInMessage) faults.push('blocks: msg_blocks_too_long');
  return faults;
}

function twice(ids: unknown[], what: string): string[] {
  const given = ids.filter((id) => id !== undefined);
  return new Set(given).size < given.length ? [`${what}: the same one twice`] : [];
}

/** All texts, however deep. */
function textIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + textIn(one), 0);
  if (!isObject(value)) return 0;
  return Object.entries(value).reduce(
    (sum, [key, one]) => sum + (key === 'text' && typeof one === 'string' ? points(one) : textIn(one)),
    0,
  );
}

interface At {
  at: string;
  surface: Surface;
}

type Check = (block: Json, at: At) => string[];

const checks: Record<string, Check> = {
  header: (block, { at }) => text(block['text'], { at: `${at}.text`, most: 150, types: ['plain_text'] }),
  section: (block, { at }) => [
    ...(block['text'] === undefined && block['fields'] === undefined ? [`${at}: neither text nor fields`] : []),
    ...(block['text'] === undefined ? [] : text(block['text'], { at: `${at}.text`, most: 3_000 })),
    ...list(block['fields']).flatMap((field, n) => text(field, { at: `${at}.fields[${n}]`, most: 2_000 })),
    ...(list(block['fields']).length > 10 ? [`${at}.fields: more than 10`] : []),
  ],
  divider: () => [],
  context: (block, { at }) => [
    ...sized(block['elements'], { at: `${at}.elements`, most: elementsPer.context }),
    ...list(block['elements']).flatMap((one, n) => text(one, { at: `${at}.elements[${n}]`, most: 2_000 })),
  ],
  actions: (block, { at }) => [
    ...sized(block['elements'], { at: `${at}.elements`, most: elementsPer.actions }),
    ...list(block['elements']).flatMap((one, n) => element(one, `${at}.elements[${n}]`)),
    ...twice(
      list(block['elements']).map((one) => (isObject(one) ? one['action_id'] : undefined)),
      `${at} action_id`,
    ),
  ],
  rich_text: (block, { at }) => list(block['elements']).flatMap((one, n) => richText(one, `${at}.elements[${n}]`)),
  input: (block, { at, surface }) => [
    ...(surface === 'message' ? [`${at}: input blocks stand in forms only`] : []),
    ...text(block['label'], { at: `${at}.label`, most: 2_000, types: ['plain_text'] }),
    ...element(block['element'], `${at}.element`),
  ],
};

function faultsOfBlock(block: unknown, where: At): string[] {
  if (!isObject(block)) return [`${where.at}: not an object`];
  const check = checks[String(block['type'])];
  if (!check) return [`${where.at}: unknown block type ${String(block['type'])}`];
  return [...check(block, where), ...longer(block['block_id'], { at: `${where.at}.block_id`, most: 255 })];
}

function sized(value: unknown, { at, most }: { at: string; most: number }): string[] {
  if (!Array.isArray(value) || value.length === 0) return [`${at}: empty`];
  return value.length > most ? [`${at}: more than ${most}`] : [];
}

const longer = (value: unknown, { at, most }: { at: string; most: number }): string[] =>
  value !== undefined && points(value) > most ? [`${at}: longer than ${most}`] : [];

interface TextRule {
  at: string;
  most: number;
  types?: string[];
}

function text(value: unknown, { at, most, types = ['mrkdwn', 'plain_text'] }: TextRule): string[] {
  if (!isObject(value)) return [`${at}: not a text object`];
  const faults = types.includes(String(value['type']))
    ? []
    : [`${at}: type ${String(value['type'])} is not allowed here`];
  if (points(value['text']) === 0) faults.push(`${at}: empty`);
  return [...faults, ...longer(value['text'], { at, most })];
}

function richText(value: unknown, at: string): string[] {
  const known = ['rich_text_section', 'rich_text_preformatted', 'rich_text_quote', 'rich_text_list'];
  if (!isObject(value) || !known.includes(String(value['type']))) return [`${at}: unknown rich text element`];
  const inner = list(value['elements']);
  const only =
    value['type'] === 'rich_text_preformatted'
      ? ['text', 'link']
      : ['text', 'link', 'user', 'usergroup', 'broadcast', 'emoji', 'rich_text_section'];
  return inner.flatMap((one, n) =>
    isObject(one) && only.includes(String(one['type'])) ? [] : [`${at}.elements[${n}]: not allowed here`],
  );
}

const elements: Record<string, (value: Json, at: string) => string[]> = {
  button: (value, at) => [
    ...text(value['text'], { at: `${at}.text`, most: 75, types: ['plain_text'] }),
    ...longer(value['value'], { at: `${at}.value`, most: 2_000 }),
    ...(value['style'] === undefined || value['style'] === 'primary' || value['style'] === 'danger'
      ? []
      : [`${at}.style: unknown`]),
    ...(value['confirm'] === undefined ? [] : confirm(value['confirm'], `${at}.confirm`)),
  ],
  plain_text_input: (value, at) => [
    ...(Number(value['max_length'] ?? 3_000) > 3_000 ? [`${at}.max_length: more than 3000`] : []),
    ...longer(value['initial_value'], { at: `${at}.initial_value`, most: Number(value['max_length'] ?? 3_000) }),
  ],
  static_select: (value, at) => [
    ...sized(value['options'], { at: `${at}.options`, most: 100 }),
    ...list(value['options']).flatMap((one, n) => option(one, `${at}.options[${n}]`)),
  ],
};

function element(value: unknown, at: string): string[] {
  if (!isObject(value)) return [`${at}: not an element`];
  const check = elements[String(value['type'])];
  if (!check) return [`${at}: unknown element type ${String(value['type'])}`];
  return [...check(value, at), ...longer(value['action_id'], { at: `${at}.action_id`, most: 255 })];
}

const option = (value: unknown, at: string): string[] =>
  isObject(value)
    ? [
        ...text(value['text'], { at: `${at}.text`, most: 75, types: ['plain_text'] }),
        ...longer(value['value'], { at: `${at}.value`, most: 150 }),
      ]
    : [`${at}: not an option`];

const confirm = (value: unknown, at: string): string[] =>
  isObject(value)
    ? [
        ...text(value['title'], { at: `${at}.title`, most: 100 }),
        ...text(value['text'], { at: `${at}.text`, most: 300 }),
        ...text(value['confirm'], { at: `${at}.confirm`, most: 30 }),
        ...text(value['deny'], { at: `${at}.deny`, most: 30 }),
      ]
    : [`${at}: not an object`];

export function faultsOfView(view: unknown): string[] {
  if (!isObject(view) || view['type'] !== 'modal') return ['view: not a modal'];
  const blocks = list(view['blocks']);
  const inputs = blocks.some((block) => isObject(block) && block['type'] === 'input');
  return [
    ...text(view['title'], { at: 'view.title', most: 24, types: ['plain_text'] }),
    ...(view['submit'] === undefined
      ? []
      : text(view['submit'], { at: 'view.submit', most: 24, types: ['plain_text'] })),
    ...(view['close'] === undefined ? [] : text(view['close'], { at: 'view.close', most: 24, types: ['plain_text'] })),
    ...(inputs && view['submit'] === undefined ? ['view.submit: required with inputs'] : []),
    ...longer(view['private_metadata'], { at: 'view.private_metadata', most: 3_000 }),
    ...longer(view['callback_id'], { at: 'view.callback_id', most: 255 }),
    ...faultsOfBlocks(blocks, 'modal'),
  ];
}
