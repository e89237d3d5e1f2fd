/** The parts that blocks and elements are made of: texts, options, confirmations, images. */
import { all, byType, type Check, flag, list, number, oneOf, rule, type Shape, shape, string, url } from './check.ts';

export const plain = (most: number): Check =>
  byType({ plain_text: shape({ needs: { text: string({ most }) }, may: { emoji: flag } }) });

export const markup = (most: number): Check =>
  byType({ mrkdwn: shape({ needs: { text: string({ most }) }, may: { verbatim: flag } }) });

export const text =
  (most: number): Check =>
  (value, at) =>
    (typeof value === 'object' && value !== null && 'type' in value && value.type === 'mrkdwn'
      ? markup(most)
      : plain(most))(value, at);

export const confirm = shape({
  needs: { text: text(300) },
  may: { title: plain(100), confirm: plain(30), deny: plain(30), style: oneOf('primary', 'danger') },
});

const optionParts: Shape = { needs: { value: string({ most: 150 }) }, may: { url, description: plain(75) } };
export const option = shape({ ...optionParts, needs: { ...optionParts.needs, text: plain(75) } });
/** Radio buttons and checkboxes may be formatted. */
export const richOption = shape({
  needs: { ...optionParts.needs, text: text(75) },
  may: { ...optionParts.may, description: text(75) },
});
export const optionGroup = shape({ needs: { label: plain(75), options: list(option, { most: 100 }) } });

const image = {
  needs: { alt_text: string({ most: 2_000 }) },
  may: { image_url: url, slack_file: shape({ may: { id: string({ most: 255 }), url } }) },
} satisfies Shape;
const hasSource = rule(
  'needs image_url or slack_file, one of them',
  (value) => (value['image_url'] === undefined) !== (value['slack_file'] === undefined),
);

export const imageElement = all(shape(image), hasSource);
export const imageBlockParts = (block: Shape): Check =>
  all(shape({ needs: image.needs, may: { ...image.may, ...block.may, title: plain(2_000) } }), hasSource);

export const column = shape({ may: { align: oneOf('left', 'center', 'right'), is_wrapped: flag } });
export const rawText = shape({ needs: { text: string({ most: 3_000, least: 0 }) } });
export const rawNumber = shape({ needs: { value: number() }, may: { text: string({ most: 3_000 }) } });
