// docs/add-a-playbook.md, carried out on a copy of the sources: one file and one line, and the look finds something.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type TestDatabase, testDatabase } from '../tools/database.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(join(root, 'docs/add-a-playbook.md'), 'utf8');
const shown = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => match[1] ?? '');

let copy = '';
let patient: TestDatabase;
beforeEach(async () => {
  patient = await testDatabase('template0');
  copy = mkdtempSync(join(tmpdir(), 'responder-playbook-'));
  for (const name of ['src', 'package.json', 'tsconfig.json', 'runbook.yaml'])
    cpSync(join(root, name), join(copy, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir');
});
afterEach(async () => {
  rmSync(copy, { recursive: true, force: true });
  await patient.end();
});

function follow(): void {
  const [type = ''] = shown('yaml');
  const [file = '', line = ''] = shown('ts');
  writeFileSync(join(copy, 'runbook.yaml'), `${readFileSync(join(copy, 'runbook.yaml'), 'utf8').trimEnd()}\n${type}`);
  writeFileSync(join(copy, 'src/playbooks/database-size.ts'), file);
  const list = readFileSync(join(copy, 'src/playbooks/index.ts'), 'utf8');
  const [name = ''] = /\w+Playbook/.exec(line) ?? [];
  writeFileSync(join(copy, 'src/playbooks/index.ts'), line + list.replace('Playbook[] = [', `Playbook[] = [${name}, `));
}

async function run(words: string[]): Promise<{ code: number | null; printed: string }> {
  const child = spawn(process.execPath, words, { cwd: copy, env: { TARGET_DATABASE_URL: patient.url } });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => {
      printed += part.toString();
    });
  await once(child, 'close');
  return { code: child.exitCode, printed };
}

it('is one file and one line, and the look finds something', async () => {
  const before = await run(['src/cli/diagnose.ts', 'database-size']);

  follow();
  const compiled = await run([join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '--pretty', 'false']);
  const after = await run(['src/cli/diagnose.ts', 'database-size']);

  expect(before.code).toBe(64);
  expect(compiled.printed).toBe('');
  expect(after.printed).toContain('[warning]');
  expect(after.printed).toMatch(/The database has \d+ bytes\./);
  expect(after.code).toBe(1);
}, 120_000);
