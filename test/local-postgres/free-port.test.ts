/** Between the answer and the server's own listening others ask too: on a busy machine that takes seconds. */
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { freePort } from '../../src/local-postgres/free-port.ts';

/** Nobody else's on this machine: every port of it is asked for. */
const small = (first: number) => ({ first, count: 3 });

it('hands out each port once, though nobody listens there yet', async () => {
  const range = small(31_010);

  const ports = [await freePort(range), await freePort(range), await freePort(range)];

  expect(new Set(ports)).toEqual(new Set([31_010, 31_011, 31_012]));
  await expect(freePort(range)).rejects.toThrow('this machine gave no free port');
});

it('hands out no port twice to processes that ask at once', async () => {
  const ask = `import('./src/local-postgres/free-port.ts')
    .then(({ freePort }) => freePort(${JSON.stringify(small(31_020))}))
    .then((port) => { console.log(port); setTimeout(() => {}, 3_000); })`;

  const answers = await Promise.all([1, 2, 3].map(() => promisify(execFile)(process.execPath, ['-e', ask])));

  expect(new Set(answers.map(({ stdout }) => Number(stdout)))).toEqual(new Set([31_020, 31_021, 31_022]));
});

it('leaves the port itself to whoever was given it', async () => {
  const port = await freePort(small(31_030));

  const server = createServer().listen(port);

  await new Promise((resolve) => server.once('listening', resolve));
  await expect(freePort({ first: port, count: 1 })).rejects.toThrow('this machine gave no free port');
  server.close();
});
