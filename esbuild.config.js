// One bundle for the image: the bot, its migrations and a launcher that keeps compiled code between starts.
// Made in dist/, or in the folder that is named.
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const folder = process.argv[2] ?? 'dist';
rmSync(folder, { recursive: true, force: true });

await build({
  entryPoints: ['src/main.ts'],
  outfile: `${folder}/bot.mjs`,
  bundle: true,
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

cpSync('src/store/migrations', `${folder}/migrations`, { recursive: true });

// COMPILE_CACHE names a folder that may be written; without one the code is compiled at every start
writeFileSync(
  `${folder}/main.mjs`,
  `import { enableCompileCache } from 'node:module';
if (process.env.COMPILE_CACHE) enableCompileCache(process.env.COMPILE_CACHE);
await import('./bot.mjs');
`,
);
