import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

it('is loaded in many small pieces: whatever else there is to do has its turn between them', async () => {
  const script = `
    import { loadSession } from './src/clients/kubernetes/load.ts';
    let turns = 0;
    const next = () => { turns += 1; waiting = setImmediate(next); };
    let waiting = setImmediate(next);
    const openSession = await loadSession();
    clearImmediate(waiting);
    console.log(typeof openSession, turns);`;

  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);

  const [loaded, turns] = stdout.trim().split(' ');
  expect(loaded).toBe('function');
  expect(Number(turns)).toBeGreaterThan(500);
}, 60_000);
