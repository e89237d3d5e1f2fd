/**
 * Where a run keeps what it throws away. Hundreds of small databases are made and dropped, and a file system on a disk
 * pays for each file of them: in memory the tests of the store took a quarter of the time.
 */
import { accessSync, chmodSync, constants, existsSync, mkdtempSync, readFileSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const memory = '/dev/shm';
const room = 4 * 1_024 ** 3;

/** A new folder that everybody may enter: under root another account runs the servers. */
export function makeRunFolder(): string {
  const folder = mkdtempSync(join(isRoomInMemory() ? memory : tmpdir(), 'responder-tests-'));
  chmodSync(folder, 0o755);
  return folder;
}

/** Programs are run from there as well, which a container may forbid. */
function isRoomInMemory(): boolean {
  if (process.platform !== 'linux' || !existsSync(memory)) return false;
  try {
    accessSync(memory, constants.W_OK);
  } catch {
    return false;
  }
  const mount = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .find((line) => line.split(' ')[1] === memory);
  const { bavail, bsize } = statfsSync(memory);
  return mount !== undefined && !mount.includes('noexec') && bavail * bsize >= room;
}
