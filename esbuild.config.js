// The bundle for the image: the bot, what only a look at a cluster loads beside it, its migrations, and a launcher that
// keeps compiled code between starts. The benches bundle what they compare it with in the same way:
// `node esbuild.config.js <entry> <folder>`.
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const [entry = 'src/main.ts', folder = 'dist'] = process.argv.slice(2);

rmSync(folder, { recursive: true, force: true });

await build({
  entryPoints: { bot: entry },
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  // what is loaded late, and what that shares with the bot, are files beside it: in one file they cost every start 5 MB
  splitting: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // an uncaught error prints the line it comes from
  lineLimit: 200,
  // Bolt is CommonJS and asks for `require`
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  logLevel: 'warning',
});

cpSync('src/store/migrations', join(folder, 'migrations'), { recursive: true });

// COMPILE_CACHE names a folder that may be written; without one the code is compiled at every start
writeFileSync(
  join(folder, 'main.mjs'),
  `import { enableCompileCache } from 'node:module';
if (process.env.COMPILE_CACHE) enableCompileCache(process.env.COMPILE_CACHE);
await import('./bot.mjs');
`,
);
