/** Rich text: sections, lists, quotes and preformatted text; the last holds nothing that could ping. */
import { byType, type Check, flag, list, number, oneOf, shape, string, url } from './check.ts';

const styles = { bold: flag, italic: flag, strike: flag, code: flag, underline: flag };
const style = shape({ may: { ...styles, highlight: flag, client_highlight: flag, unlink: flag } });
const piece = (needs: Record<string, Check>, may: Record<string, Check> = {}): Check =>
  shape({ needs, may: { style, ...may } });

/** A message has room for far less in all: the limit of one text is the limit of the message. */
const words = string({ most: 13_200 });
const name = string({ most: 255 });

const text = piece({ text: words });
const link = piece({ url }, { text: words, unsafe: flag });
const pieces = byType({
  text,
  link,
  user: piece({ user_id: name }),
  usergroup: piece({ usergroup_id: name }),
  broadcast: piece({ range: oneOf('here', 'channel', 'everyone') }),
  channel: piece({ channel_id: name }),
  team: piece({ team_id: name }),
  color: piece({ value: name }),
  emoji: piece({ name }, { unicode: name, url, skin_tone: number() }),
  date: piece({ timestamp: number(), format: name }, { url, fallback: words }),
});

const most = 3_000;
const border = oneOf(0, 1);
const section = shape({ needs: { elements: list(pieces, { most, least: 0 }) } });

export const richText = shape({
  needs: {
    elements: list(
      byType({
        rich_text_section: section,
        rich_text_quote: shape({ needs: { elements: list(pieces, { most }) }, may: { border } }),
        rich_text_preformatted: shape({
          needs: { elements: list(byType({ text, link }), { most }) },
          may: { border, language: name },
        }),
        rich_text_list: shape({
          needs: {
            elements: list(byType({ rich_text_section: section }), { most }),
            style: oneOf('bullet', 'ordered'),
          },
          may: { border, indent: number({ least: 0, most: 8 }), offset: number({ least: 0 }) },
        }),
      }),
      { most },
    ),
  },
  may: { block_id: name },
});
