/** The limits of Block Kit: each is kept by what stands just within it, and broken by one more. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebAPIPlatformError } from '@slack/web-api';
import { faultsOfBlocks, faultsOfView, type Surface } from '../../../src/sandbox/slack/block-kit.ts';
import { codeOf, openTown, type Town } from './town.ts';

const x = (n: number): string => 'x'.repeat(n);
const many = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));
const plain = (text: string) => ({ type: 'plain_text', text });
const markup = (text: string) => ({ type: 'mrkdwn', text });
const button = (more: object = {}) => ({ type: 'button', text: plain('Go'), ...more });
const actions = (...elements: object[]) => ({ type: 'actions', elements });
const option = (value: string, more: object = {}) => ({ text: plain('One'), value, ...more });
const select = (more: object) => actions({ type: 'static_select', action_id: 's', ...more });
const confirm = (more: object) => actions(button({ confirm: { text: plain('Sure?'), ...more } }));
const cell = { type: 'raw_text', text: 'c' };
const rich = (...elements: object[]) => ({ type: 'rich_text', elements });
const words = { type: 'rich_text_section', elements: [{ type: 'text', text: 'w' }] };
const chart = (segments: number) => ({
  type: 'data_visualization',
  title: 'Errors',
  chart: { type: 'pie', segments: many(segments, (i) => ({ label: `s${i}`, value: 1 })) },
});
const input = (element: object, more: object = {}) => ({ type: 'input', label: plain('What'), element, ...more });

const faults = (block: object, surface: Surface = 'message') => faultsOfBlocks([block], surface);

describe('a block', () => {
  it.each<[string, (n: number) => object, number]>([
    ['header text', (n) => ({ type: 'header', text: plain(x(n)) }), 150],
    ['section text', (n) => ({ type: 'section', text: markup(x(n)) }), 3_000],
    ['section fields', (n) => ({ type: 'section', fields: many(n, () => markup('f')) }), 10],
    ['a section field', (n) => ({ type: 'section', fields: [markup(x(n))] }), 2_000],
    ['context elements', (n) => ({ type: 'context', elements: many(n, () => markup('c')) }), 10],
    ['actions elements', (n) => actions(...many(n, (i) => button({ action_id: `a${i}` }))), 25],
    ['block_id', (n) => ({ type: 'divider', block_id: x(n) }), 255],
    ['button text', (n) => actions(button({ text: plain(x(n)) })), 75],
    ['button value', (n) => actions(button({ value: x(n) })), 2_000],
    ['button url', (n) => actions(button({ url: `https://a.b/${x(n - 12)}` })), 3_000],
    ['accessibility label', (n) => actions(button({ accessibility_label: x(n) })), 75],
    ['action_id', (n) => actions(button({ action_id: x(n) })), 255],
    ['options of a list', (n) => select({ options: many(n, (i) => option(`${i}`)) }), 100],
    ['an option value', (n) => select({ options: [option(x(n))] }), 150],
    ['an option text', (n) => select({ options: [option('a', { text: plain(x(n)) })] }), 75],
    ['an option description', (n) => select({ options: [option('a', { description: plain(x(n)) })] }), 75],
    ['a placeholder', (n) => select({ options: [option('a')], placeholder: plain(x(n)) }), 150],
    ['overflow options', (n) => actions({ type: 'overflow', options: many(n, (i) => option(`${i}`)) }), 5],
    ['checkboxes', (n) => actions({ type: 'checkboxes', options: many(n, (i) => option(`${i}`)) }), 10],
    ['radio buttons', (n) => actions({ type: 'radio_buttons', options: many(n, (i) => option(`${i}`)) }), 10],
    ['confirm title', (n) => confirm({ title: plain(x(n)) }), 100],
    ['confirm text', (n) => confirm({ text: plain(x(n)) }), 300],
    ['confirm button', (n) => confirm({ confirm: plain(x(n)) }), 30],
    ['deny button', (n) => confirm({ deny: plain(x(n)) }), 30],
    ['image alt text', (n) => ({ type: 'image', image_url: 'https://a.b/c.png', alt_text: x(n) }), 2_000],
    ['table rows', (n) => ({ type: 'table', rows: many(n, () => [cell]) }), 100],
    ['table columns', (n) => ({ type: 'table', rows: [many(n, () => cell)] }), 20],
    [
      'data table rows, with its header',
      (n) => ({ type: 'data_table', caption: 'c', rows: many(n, () => [cell]) }),
      101,
    ],
    ['segments of a chart', chart, 6],
    ['the title of a chart', (n) => ({ ...chart(1), title: x(n) }), 50],
    ['a card title', (n) => ({ type: 'card', title: markup(x(n)) }), 150],
    ['a card body', (n) => ({ type: 'card', body: markup(x(n)) }), 200],
    ['card actions', (n) => ({ type: 'card', title: markup('t'), actions: many(n, () => button()) }), 3],
    ['cards', (n) => ({ type: 'carousel', elements: many(n, () => ({ type: 'card', title: markup('t') })) }), 10],
    ['blocks of a container', (n) => ({ type: 'container', child_blocks: many(n, () => ({ type: 'divider' })) }), 10],
    [
      'context actions',
      (n) => ({
        type: 'context_actions',
        elements: many(n, (i) => ({ type: 'icon_button', icon: 'trash', text: plain('t'), action_id: `${i}` })),
      }),
      5,
    ],
  ])('%s', (_what, make, most) => {
    expect(faults(make(most))).toEqual([]);
    expect(faults(make(most + 1))).not.toEqual([]);
  });

  it.each<[string, (n: number) => object, number]>([
    ['an input label', (n) => input({ type: 'plain_text_input' }, { label: plain(x(n)) }), 2_000],
    ['a typed text', (n) => input({ type: 'plain_text_input', max_length: n }), 3_000],
  ])('of a form: %s', (_what, make, most) => {
    expect(faults(make(most), 'modal')).toEqual([]);
    expect(faults(make(most + 1), 'modal')).not.toEqual([]);
  });

  it('counts characters as people do', () => {
    expect(faults({ type: 'header', text: plain('🔥'.repeat(150)) })).toEqual([]);
    expect(faults({ type: 'header', text: plain('🔥'.repeat(151)) })).not.toEqual([]);
  });

  it.each<[string, object]>([
    ['of an unknown type', { type: 'sparkline' }],
    ['with an unknown field', { type: 'divider', colour: 'red' }],
    ['without its text', { type: 'header' }],
    ['with an empty text', { type: 'section', text: markup('') }],
    ['with neither text nor fields', { type: 'section' }],
    ['with markup in a header', { type: 'header', text: markup('*x*') }],
    ['with markup on a button', actions(button({ text: markup('*x*') }))],
    ['with an unknown element', actions({ type: 'lever' })],
    [
      'with an element of another block',
      { type: 'section', text: markup('x'), accessory: { type: 'plain_text_input' } },
    ],
    ['with no element', actions()],
    ['with one action twice', actions(button({ action_id: 'a' }), button({ action_id: 'a' }))],
    ['with a style that is none', actions(button({ style: 'warning' }))],
    ['with an address that is none', actions(button({ url: 'somewhere' }))],
    ['with options and groups at once', select({ options: [option('a')], option_groups: [] })],
    ['with rows of different length', { type: 'table', rows: [[cell, cell], [cell]] }],
    [
      'with a person in preformatted text',
      rich({ type: 'rich_text_preformatted', elements: [{ type: 'user', user_id: 'U1' }] }),
    ],
    ['with text that is no element', rich({ type: 'rich_text_section', elements: ['x'] })],
    [
      'with two sources of an image',
      { type: 'image', alt_text: 'a', image_url: 'https://a.b/c', slack_file: { id: 'F1' } },
    ],
    ['with rich text in the head of a data table', { type: 'data_table', caption: 'c', rows: [[rich(words)], [cell]] }],
    ['with a status that a task cannot have', { type: 'task_card', task_id: 't', title: 't', status: 'done' }],
    [
      'with a value for no category',
      {
        type: 'data_visualization',
        title: 't',
        chart: {
          type: 'bar',
          axis_config: { categories: ['a', 'b'] },
          series: [{ name: 's', data: [{ label: 'a', value: 1 }] }],
        },
      },
    ],
  ])('%s is refused', (_what, block) => {
    expect(faults(block)).not.toEqual([]);
  });

  it.each<[string, object]>([
    [
      'rich text of every kind',
      rich(
        {
          type: 'rich_text_section',
          elements: [
            { type: 'user', user_id: 'U1' },
            { type: 'emoji', name: 'fire' },
            { type: 'text', text: 'x', style: { bold: true } },
          ],
        },
        { type: 'rich_text_list', style: 'bullet', elements: [words] },
        { type: 'rich_text_quote', elements: [{ type: 'link', url: 'https://a.b' }] },
        { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'x' }] },
      ),
    ],
    [
      'a plan',
      {
        type: 'plan',
        title: 'Look',
        tasks: [{ type: 'task_card', task_id: 't', title: 't', status: 'complete', output: rich(words) }],
      },
    ],
    [
      'a table with columns',
      {
        type: 'table',
        column_settings: [{ align: 'right' }],
        rows: [[cell, { type: 'raw_number', value: 1, text: '1' }]],
      },
    ],
    [
      'the same action in two blocks',
      { type: 'container', child_blocks: [actions(button({ action_id: 'a' })), actions(button({ action_id: 'a' }))] },
    ],
  ])('%s is taken', (_what, block) => {
    expect(faults(block)).toEqual([]);
  });

  it('says where the fault is', () => {
    expect(faults({ type: 'section', text: markup(x(3_001)) })).toEqual([
      { pointer: '/blocks/0/text/text', message: 'must be less than 3001 characters' },
    ]);
  });
});

describe('a place', () => {
  it.each<[string, object, Surface[]]>([
    ['an alert', { type: 'alert', text: plain('x') }, ['modal']],
    ['markdown', { type: 'markdown', text: '# x' }, ['message']],
    ['a table', { type: 'table', rows: [[cell]] }, ['message']],
    ['a section', { type: 'section', text: markup('x') }, ['message', 'modal', 'home']],
    ['a typed text', input({ type: 'plain_text_input' }), ['modal', 'home']],
  ])('for %s', (_what, block, surfaces) => {
    const all: Surface[] = ['message', 'modal', 'home'];

    expect(all.filter((surface) => faults(block, surface).length === 0)).toEqual(surfaces);
  });

  it.each<[Surface, number]>([
    ['message', 50],
    ['modal', 100],
    ['home', 100],
  ])('%s holds so many blocks', (surface, most) => {
    const blocks = (n: number) =>
      faultsOfBlocks(
        many(n, () => ({ type: 'divider' })),
        surface,
      );

    expect(blocks(most)).toEqual([]);
    expect(blocks(most + 1)).not.toEqual([]);
  });

  it('has room for one table, two charts, and one use of a block_id', () => {
    const table = { type: 'table', rows: [[cell]] };
    const divider = { type: 'divider', block_id: 'b' };

    expect(faultsOfBlocks([table, chart(1), chart(1), divider], 'message')).toEqual([]);
    expect(faultsOfBlocks([table, table], 'message')).not.toEqual([]);
    expect(faultsOfBlocks([chart(1), chart(1), chart(1)], 'message')).not.toEqual([]);
    expect(faultsOfBlocks([divider, divider], 'message')).not.toEqual([]);
  });

  it('takes 12,000 characters of markdown in all', () => {
    const markdown = (n: number) => ({ type: 'markdown', text: x(n) });

    expect(faultsOfBlocks([markdown(6_000), markdown(6_000)], 'message')).toEqual([]);
    expect(faultsOfBlocks([markdown(6_000), markdown(6_001)], 'message')).not.toEqual([]);
  });
});

describe('a form', () => {
  const form = (more: object = {}) => ({ type: 'modal', title: plain('Declare'), blocks: [], ...more });
  const asking = { blocks: [input({ type: 'plain_text_input' })] };

  it.each<[string, (n: number) => object, number]>([
    ['title', (n) => form({ title: plain(x(n)) }), 24],
    ['submit', (n) => form({ submit: plain(x(n)) }), 24],
    ['close', (n) => form({ close: plain(x(n)) }), 24],
    ['private_metadata', (n) => form({ private_metadata: x(n) }), 3_000],
    ['callback_id', (n) => form({ callback_id: x(n) }), 255],
  ])('%s', (_what, make, most) => {
    expect(faultsOfView(make(most), 'modal')).toEqual([]);
    expect(faultsOfView(make(most + 1), 'modal')).not.toEqual([]);
  });

  it('that asks something needs a button to send it', () => {
    expect(faultsOfView(form(asking), 'modal')).not.toEqual([]);
    expect(faultsOfView(form({ ...asking, submit: plain('Send') }), 'modal')).toEqual([]);
  });

  it('is no Home tab, and the other way round', () => {
    expect(faultsOfView(form(), 'home')).not.toEqual([]);
    expect(faultsOfView({ type: 'home', blocks: [] }, 'modal')).not.toEqual([]);
    expect(faultsOfView({ type: 'home', blocks: [] }, 'home')).toEqual([]);
  });
});

describe('a call', () => {
  let town: Town;
  beforeAll(async () => {
    town = await openTown();
  });
  afterAll(() => town.slack.stop());

  it('with bad blocks is answered with a pointer to each fault', async () => {
    const blocks = [{ type: 'divider' }, { type: 'header', text: { type: 'plain_text' as const, text: x(151) } }];

    const error: unknown = await town.client.chat
      .postMessage({ channel: 'C1', text: 'x', blocks })
      .catch((e: unknown) => e);

    expect(error).toBeInstanceOf(WebAPIPlatformError);
    expect(error instanceof WebAPIPlatformError && error.data).toMatchObject({
      error: 'invalid_blocks',
      errors: ['must be less than 151 characters [json-pointer:/blocks/1/text/text]'],
      response_metadata: { messages: ['[ERROR] must be less than 151 characters [json-pointer:/blocks/1/text/text]'] },
    });
  });

  it('with more than 13,200 characters in all is too long', async () => {
    const blocks = (last: number) =>
      [3_000, 3_000, 3_000, 3_000, last].map((n) => ({
        type: 'section',
        text: { type: 'mrkdwn' as const, text: x(n) },
      }));

    expect(await codeOf(town.client.chat.postMessage({ channel: 'C1', text: 'x', blocks: blocks(1_200) }))).toBe('ok');
    expect(await codeOf(town.client.chat.postMessage({ channel: 'C1', text: 'x', blocks: blocks(1_201) }))).toBe(
      'msg_blocks_too_long',
    );
  });

  it('of blocks.validate answers the same, and posts nothing', async () => {
    const before = town.slack.messages('C1').length;

    expect(await codeOf(town.client.blocks.validate({ blocks: [{ type: 'divider' }] }))).toBe('ok');
    expect(await codeOf(town.client.apiCall('blocks.validate', { blocks: [{ type: 'header' }] }))).toBe(
      'invalid_blocks',
    );
    expect(await codeOf(town.client.apiCall('blocks.validate', { message: { blocks: [{ type: 'alert' }] } }))).toBe(
      'invalid_message',
    );
    expect(await codeOf(town.client.apiCall('blocks.validate', { view: form0 }))).toBe('ok');
    expect(await codeOf(town.client.apiCall('blocks.validate'))).toBe('invalid_arguments');
    expect(town.slack.messages('C1')).toHaveLength(before);
  });
});

const form0 = { type: 'modal', title: plain('t'), blocks: [{ type: 'divider' }] };
