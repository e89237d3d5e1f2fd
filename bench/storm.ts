/** The storm: 200 declarations in a minute from 20 people, 2,000 presses, 50 incidents that are open already. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startHouse } from '../src/sandbox/house.ts';
import { playStorm } from '../src/sandbox/storm.ts';
import { recordOf } from '../src/sandbox/storm-record.ts';
import { bot, bundled } from './bundle.ts';
import { quantile } from './figures.ts';
import { processorSeconds, serverOf } from './processes.ts';
import { type Line, ours, type Report } from './report.ts';

const scale = { open: 50, declarations: 200, clicks: 2_000, people: 20, overMs: 60_000, seed: 1 };
/** the last page has ten seconds */
const afterMs = 12_000;

const under = (figure: string, unit: string, most: number): Line => ({
  figure,
  unit,
  aim: { says: `≤ ${most} ${unit}`, holds: (of) => of(ours) <= most },
});

const lines: Line[] = [
  { figure: 'pages', unit: 'of 200', aim: { says: 'all', holds: (of) => of(ours) === scale.declarations } },
  under('page after its declaration, p50', 's', 10),
  under('page after its declaration, slowest', 's', 10),
  { figure: 'acknowledged, p50', unit: 'ms' },
  { figure: 'acknowledged, p99', unit: 'ms' },
  under('acknowledged, slowest', 'ms', 2_500),
  { figure: 'announced by then', unit: 'of 220' },
  { figure: 'channels by then', unit: 'of 220' },
  { figure: 'memory before', unit: 'MB' },
  { figure: 'memory, most', unit: 'MB' },
  { figure: 'memory after', unit: 'MB' },
  { figure: 'processor, bot', unit: 's' },
  { figure: 'processor, database', unit: 's' },
  under('rules broken', '', 0),
];

export async function storm(): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'responder-bench-'));
  const script = await bundled(bot, folder);
  const house = await startHouse({ now: Date.now, say: () => {}, command: [script], crowd: scale.people });
  try {
    const server = await serverOf(house.databases.own.pool);
    const used = () => [house.bot.pid, server].map(processorSeconds);
    const before = used();
    const played = await playStorm(house, scale);
    const [ofBot = 0, ofServer = 0] = used().map((seconds, n) => seconds - (before[n] ?? 0));
    await pause(afterMs);
    const { pages, acks, announced, channels, memoryMb, faults } = recordOf(house, played);
    for (const fault of new Set(faults)) process.stderr.write(`  ${fault}\n`);
    const seconds = pages.filter(Number.isFinite).map((ms) => ms / 1_000);
    const sample = {
      pages: seconds.length,
      'page after its declaration, p50': quantile(seconds, 0.5),
      'page after its declaration, slowest': Math.max(...seconds),
      'acknowledged, p50': quantile(acks, 0.5),
      'acknowledged, p99': quantile(acks, 0.99),
      'acknowledged, slowest': Math.max(...acks),
      'announced by then': announced,
      'channels by then': channels,
      'memory before': memoryMb.before,
      'memory, most': memoryMb.most,
      'memory after': memoryMb.after,
      'processor, bot': ofBot,
      'processor, database': ofServer,
      'rules broken': faults.length,
    };
    const figures = Object.fromEntries(Object.entries(sample).map(([figure, value]) => [figure, [value]]));
    return { bench: 'storm', lines, measured: { [ours]: figures } };
  } finally {
    await house.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
