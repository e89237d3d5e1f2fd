/** `npm run generate`: every file that is made from the runbook, and from what the playbooks say of themselves. */
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { known } from '../playbooks/known.ts';
import { loadPolicy } from '../runbook/load.ts';
import { renderConfigMap, renderMarkdown } from '../runbook/render.ts';
import { runbookFile } from '../runbook/schema.ts';
import { rolesNow } from './roles.ts';

/** Path → content. */
export function generated(yaml: string): Record<string, string> {
  return {
    'docs/runbook.md': renderMarkdown(loadPolicy(yaml, 'runbook.yaml', known), known),
    'docs/runbook.schema.json': `${JSON.stringify(z.toJSONSchema(runbookFile(known), { io: 'input' }), null, 2)}\n`,
    'manifests/config-map.yaml': renderConfigMap(yaml),
    ...rolesNow(yaml),
  };
}

if (process.argv[1]?.endsWith('generate.ts'))
  for (const [path, content] of Object.entries(generated(readFileSync('runbook.yaml', 'utf8'))))
    writeFileSync(path, content);
