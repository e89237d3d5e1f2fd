/** Every kind of block: what it must have, what it may have, and on which surface it may stand. */
import { listOf, objectsOf } from '../json.ts';
import { dataVisualization } from './chart.ts';
import {
  type At,
  all,
  type BlockFault,
  below,
  byType,
  type Check,
  fault,
  flag,
  id,
  list,
  number,
  oneOf,
  onlyIn,
  repeated,
  rule,
  type Shape,
  shape,
  string,
  url,
} from './check.ts';
import { button, inActions, inContextActions, inInput, inSection } from './elements.ts';
import { column, imageBlockParts, imageElement, markup, plain, rawNumber, rawText, text } from './objects.ts';
import { richText } from './rich-text.ts';

const block = ({ needs = {}, may = {} }: Shape): Check => shape({ needs, may: { ...may, block_id: id } });

/** Two elements of one block with the same action_id could not be told apart. */
const ownActionIds = (value: unknown, at: At): BlockFault[] =>
  typeof value === 'object' && value !== null && 'elements' in value
    ? repeated(
        objectsOf(value.elements).map((one) => one['action_id']),
        'action_id',
        below(at, 'elements'),
      )
    : [];

const cell = byType({ raw_text: rawText, raw_number: rawNumber, rich_text: richText });
const sameWidth = rule('every row must have as many cells as the first', ({ rows }) => {
  const widths = listOf(rows).map((row) => listOf(row).length);
  return new Set(widths).size <= 1;
});
const plainHeader: Check = (value, at) => {
  const [head] = typeof value === 'object' && value !== null && 'rows' in value ? listOf(value.rows) : [];
  return objectsOf(head).some(({ type }) => type === 'rich_text')
    ? fault(below(at, 'rows/0'), 'a header cell must not be rich text')
    : [];
};

const short = string({ most: 150 });
const task = block({
  needs: { task_id: id, title: short, status: oneOf('pending', 'in_progress', 'complete', 'error') },
  may: {
    details: byType({ rich_text: richText }),
    output: byType({ rich_text: richText }),
    sources: list(byType({ url: shape({ needs: { url, text: short } }) }), { most: 10 }),
  },
});
const card = block({
  may: {
    hero_image: imageElement,
    icon: imageElement,
    title: markup(150),
    subtitle: markup(150),
    body: markup(200),
    actions: list(byType({ button }), { most: 3 }),
  },
});

/** What may also stand in a container. */
const common: Record<string, Check> = {
  header: block({ needs: { text: plain(150) } }),
  divider: block({}),
  section: all(
    block({ may: { text: text(3_000), fields: list(text(2_000), { most: 10 }), accessory: inSection, expand: flag } }),
    rule('needs text or fields', (value) => value['text'] !== undefined || value['fields'] !== undefined),
  ),
  context: block({
    needs: {
      elements: list(byType({ image: imageElement, plain_text: plain(2_000), mrkdwn: markup(2_000) }), { most: 10 }),
    },
  }),
  actions: all(block({ needs: { elements: list(inActions, { most: 25 }) } }), ownActionIds),
  // one page of Slack's lets it stand in messages, others do not: the stricter reading harms nobody
  input: all(
    onlyIn('modal', 'home'),
    block({
      needs: { label: plain(2_000), element: inInput },
      may: { hint: plain(2_000), optional: flag, dispatch_action: flag },
    }),
  ),
  image: imageBlockParts({ may: { block_id: id } }),
  rich_text: richText,
  table: all(
    onlyIn('message'),
    block({
      needs: { rows: list(list(cell, { most: 20 }), { most: 100 }) },
      may: { column_settings: list(column, { most: 20 }) },
    }),
    sameWidth,
  ),
  video: block({
    needs: { video_url: url, thumbnail_url: url, alt_text: string({ most: 2_000 }), title: plain(200) },
    may: {
      title_url: url,
      author_name: string({ most: 50 }),
      provider_name: string({ most: 50 }),
      provider_icon_url: url,
      description: plain(200),
    },
  }),
};

export const anyBlock = byType({
  ...common,
  alert: all(
    onlyIn('modal'),
    block({ needs: { text: text(200) }, may: { level: oneOf('default', 'info', 'warning', 'error', 'success') } }),
  ),
  markdown: all(onlyIn('message'), block({ needs: { text: string({ most: 12_000 }) } })),
  context_actions: all(
    onlyIn('message'),
    block({ needs: { elements: list(inContextActions, { most: 5 }) } }),
    ownActionIds,
  ),
  data_table: all(
    onlyIn('message'),
    block({
      needs: { rows: list(list(cell, { most: 20 }), { most: 101, least: 2 }), caption: string({ most: 3_000 }) },
      may: { page_size: number({ least: 1, most: 100 }), row_header_column_index: number({ least: 0, most: 19 }) },
    }),
    sameWidth,
    plainHeader,
  ),
  data_visualization: all(onlyIn('message'), dataVisualization),
  task_card: all(onlyIn('message'), task),
  plan: all(
    onlyIn('message'),
    block({ needs: { title: short }, may: { tasks: list(byType({ task_card: task }), { most: 50 }) } }),
  ),
  card: all(
    onlyIn('message'),
    card,
    rule('needs a title, a body or an image', (value) =>
      ['title', 'body', 'hero_image'].some((key) => value[key] !== undefined),
    ),
  ),
  carousel: all(onlyIn('message'), block({ needs: { elements: list(byType({ card }), { most: 10 }) } })),
  container: block({
    needs: { child_blocks: list(byType(common), { most: 10 }) },
    may: {
      title: plain(150),
      rich_text_title: byType({ rich_text: richText }),
      subtitle: text(150),
      width: oneOf('narrow', 'standard', 'wide', 'full'),
      icon: imageElement,
      is_collapsible: flag,
      default_collapsed: flag,
      has_header_divider: flag,
    },
  }),
});
