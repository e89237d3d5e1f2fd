/** What a bench found, as one table of ratios for people and one line of JSON for programs. */
import { median, round, spread } from './figures.ts';
import type { Measured } from './interleaved.ts';

/** `holds` looks at medians, by contestant. */
export interface Aim {
  says: string;
  holds: (of: (contestant: string) => number) => boolean;
}

export interface Line {
  figure: string;
  unit: string;
  aim?: Aim;
}

export const ours = 'ours';

export interface Report {
  bench: string;
  lines: Line[];
  measured: Measured;
}

const widest = 0.3;

export function tableOf(reports: Report[]): string {
  const rows = reports.flatMap((report) => report.lines.map((line) => rowOf(report, line)));
  const head = ['Bench', 'Figure', 'Ours', 'Beside (ours ÷ theirs)', 'Spread', 'Aim'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function rowOf({ bench, measured }: Report, { figure, unit, aim }: Line): string[] {
  const of = (contestant: string): number => median(valuesOf(measured, contestant, figure));
  const others = Object.keys(measured).filter((name) => name !== ours && measured[name]?.[figure]);
  const beside = others.map((name) => `${name} ${round(of(name))} (×${round(of(ours) / of(name))})`);
  return [
    bench,
    figure,
    `${round(of(ours))} ${unit}`,
    beside.join(' · '),
    [ours, ...others].map((name) => spreadOf(name, valuesOf(measured, name, figure))).join(' · '),
    aim ? `${aim.says}: ${aim.holds(of) ? 'met' : '**missed**'}` : '',
  ];
}

function valuesOf(measured: Measured, contestant: string, figure: string): number[] {
  const values = measured[contestant]?.[figure];
  if (!values) throw new Error(`"${figure}" of ${contestant} was not measured`);
  return values;
}

function spreadOf(name: string, values: number[]): string {
  if (values.length < 2) return 'one run';
  const wide = spread(values);
  const share = `${Math.round(wide * 100)} %`;
  return wide > widest ? `**${name} ${share}**` : share;
}

export function jsonOf(reports: Report[], about: Record<string, unknown>): string {
  const lines = reports.flatMap(({ bench, lines, measured }) =>
    lines.map(({ figure, unit, aim }) => ({
      bench,
      figure,
      unit,
      values: Object.fromEntries(
        Object.entries(measured).flatMap(([name, figures]) => (figures[figure] ? [[name, figures[figure]]] : [])),
      ),
      ...(aim ? { aim: aim.says, met: aim.holds((contestant) => median(valuesOf(measured, contestant, figure))) } : {}),
    })),
  );
  return JSON.stringify({ ...about, lines });
}
