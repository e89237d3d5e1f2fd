/** Everything is measured as it is shipped: one minified bundle, its compiled code kept between starts. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const bot = 'src/main.ts';
export const empty = 'bench/contestants/empty.ts';

/** Answers the script to start. */
export async function bundled(entry: string, folder: string): Promise<string> {
  await run(process.execPath, ['esbuild.config.js', entry, folder]);
  return join(folder, 'main.mjs');
}
