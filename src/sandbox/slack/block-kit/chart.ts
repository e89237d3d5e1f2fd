/** Charts: newer than the typed blocks of the SDK, stated from Slack's reference page. */
import { isObject, listOf, objectsOf } from '../json.ts';
import { all, byType, type Check, id, list, number, rule, shape, string } from './check.ts';

const words = string({ most: 20 });
const axis = string({ most: 50 });
const point = shape({ needs: { label: words, value: number() } });
const series = shape({ needs: { name: words, data: list(point, { most: 100 }) } });

const plotted = all(
  shape({
    needs: {
      series: list(series, { most: 6 }),
      axis_config: shape({ needs: { categories: list(words, { most: 100 }) }, may: { x_label: axis, y_label: axis } }),
    },
  }),
  rule('every series must have one value for each category', ({ series, axis_config }) => {
    const categories = isObject(axis_config) ? listOf(axis_config['categories']).join('\n') : '';
    return objectsOf(series).every(
      ({ data }) =>
        objectsOf(data)
          .map(({ label }) => label)
          .join('\n') === categories,
    );
  }),
  rule('series must have different names', ({ series }) => {
    const names = objectsOf(series).map(({ name }) => name);
    return new Set(names).size === names.length;
  }),
);

export const dataVisualization: Check = shape({
  needs: {
    title: axis,
    chart: byType({
      pie: shape({ needs: { segments: list(point, { most: 6 }) } }),
      bar: plotted,
      line: plotted,
      area: plotted,
    }),
  },
  may: { block_id: id },
});
