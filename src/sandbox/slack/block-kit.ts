/** Slack's rules for messages, forms and the Home tab, stated here on their own, so that a bot can be checked by them. */
import { anyBlock } from './block-kit/blocks.ts';
import {
  type At,
  type BlockFault,
  below,
  fault,
  flag,
  id,
  list,
  repeated,
  type Surface,
  shape,
  string,
} from './block-kit/check.ts';
import { plain } from './block-kit/objects.ts';
import { isObject, type Json, listOf, objectsOf, points } from './json.ts';

export type { BlockFault, Surface };

const blocksPer: Record<Surface, number> = { message: 50, modal: 100, home: 100 };
/** Nowhere written down; people found it at about this length. */
const mostTextInMessage = 13_200;
const mostMarkdown = 12_000;
const mostOf: Record<string, number> = { table: 1, data_visualization: 2 };

/** Every fault of the blocks of one surface; empty when Slack would take them. */
export function faultsOfBlocks(blocks: unknown, surface: Surface, pointer = '/blocks'): BlockFault[] {
  const at = { pointer, surface };
  const all = objectsOf(blocks);
  return [
    ...list(anyBlock, { most: blocksPer[surface], least: 0 })(blocks, at),
    ...repeated(
      all.map((block) => block['block_id']),
      'block_id',
      at,
    ),
    ...crowded(all, at),
  ];
}

function crowded(blocks: Json[], at: At): BlockFault[] {
  const ofType = (type: string): Json[] => blocks.filter((block) => block['type'] === type);
  const markdown = ofType('markdown').reduce((sum, block) => sum + points(String(block['text'])), 0);
  return [
    ...Object.entries(mostOf).flatMap(([type, most]) =>
      ofType(type).length > most ? fault(at, `no more than ${most} ${type} allowed`) : [],
    ),
    ...(markdown > mostMarkdown ? fault(at, `no more than ${mostMarkdown} characters of markdown allowed`) : []),
  ];
}

export const isTooLong = (blocks: unknown): boolean => textIn(blocks) > mostTextInMessage;

/** All texts, however deep. */
function textIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + textIn(one), 0);
  if (!isObject(value)) return 0;
  return Object.entries(value).reduce(
    (sum, [key, one]) => sum + (key === 'text' && typeof one === 'string' ? points(one) : textIn(one)),
    0,
  );
}

const label = plain(24);
const metadata = string({ most: 3_000, least: 0 });
const common = { private_metadata: metadata, callback_id: string({ most: 255, least: 0 }), external_id: id };
/** The blocks themselves are looked at by faultsOfBlocks. */
const modal = shape({
  needs: { title: label, blocks: () => [] },
  may: { ...common, submit: label, close: label, clear_on_close: flag, notify_on_close: flag, submit_disabled: flag },
});
const home = shape({ needs: { blocks: () => [] }, may: common });

/** A form or a Home tab, as it is sent. */
export function faultsOfView(view: unknown, surface: 'modal' | 'home', pointer = '/view'): BlockFault[] {
  const at: At = { pointer, surface };
  if (!isObject(view)) return fault(at, 'must be an object');
  if (view['type'] !== surface) return fault(below(at, 'type'), `must be ${surface}`);
  const asks = listOf(view['blocks']).some((block) => isObject(block) && block['type'] === 'input');
  return [
    ...(surface === 'modal' ? modal : home)(view, at),
    ...faultsOfBlocks(view['blocks'], surface, `${pointer}/blocks`),
    ...(surface === 'modal' && asks && view['submit'] === undefined
      ? fault(below(at, 'submit'), 'is required when there is an input block')
      : []),
  ];
}
