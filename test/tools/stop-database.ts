/** Ends the server of the run and removes its data. */
import { rmSync } from 'node:fs';
import { running } from './running-server.ts';

export default async function stopDatabase(): Promise<void> {
  await running.server?.stop();
  if (running.folder) rmSync(running.folder, { recursive: true, force: true });
}
