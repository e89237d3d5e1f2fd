/** On what it was measured: a figure without its machine and versions says nothing. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { z } from 'zod';

const Package = z.object({ version: z.string() });
const named = ['@slack/bolt', 'pg', 'graphile-worker', 'pg-boss'];

function versionOf(name: string): string {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return Package.parse(JSON.parse(readFileSync(file, 'utf8'))).version;
}

export function machine(): Record<string, unknown> {
  return {
    at: new Date().toISOString(),
    machine: `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    loadBefore: loadavg().map((load) => Number(load.toFixed(2))),
    versions: { node: process.versions.node, ...Object.fromEntries(named.map((name) => [name, versionOf(name)])) },
  };
}
