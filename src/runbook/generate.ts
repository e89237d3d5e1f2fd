/** `npm run generate`: every file that is made from runbook.yaml. */
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { loadPolicy } from './load.ts';
import { renderConfigMap, renderMarkdown } from './render.ts';
import { RunbookFile } from './schema.ts';

/** Path → content. */
export function generated(yaml: string): Record<string, string> {
  return {
    'docs/runbook.md': renderMarkdown(loadPolicy(yaml, 'runbook.yaml')),
    'docs/runbook.schema.json': `${JSON.stringify(z.toJSONSchema(RunbookFile, { io: 'input' }), null, 2)}\n`,
    'manifests/config-map.yaml': renderConfigMap(yaml),
  };
}

if (process.argv[1]?.endsWith('generate.ts'))
  for (const [path, content] of Object.entries(generated(readFileSync('runbook.yaml', 'utf8'))))
    writeFileSync(path, content);
