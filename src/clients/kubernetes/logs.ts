/** The last lines of a container, never its stream. */
import { kinds, type LogAsked, type Logs } from '../../diagnosis/cluster.ts';
import type { Ask } from './ask.ts';
import { pathOfPod } from './names.ts';

const mostBytes = 256 * 1_024;
const mostTries = 4;

/**
 * The kubelet takes the last lines first and cuts the bytes then, from the front: what it leaves out is the newest. Fewer
 * lines are asked for until the newest is among them.
 */
export async function logs(ask: Ask, asked: LogAsked): Promise<Logs> {
  let { tailLines } = asked;
  for (let n = 1; ; n++) {
    const body = await read(ask, { ...asked, tailLines });
    const lines = body.split('\n').filter((line) => line !== '');
    const isShort = Buffer.byteLength(body) >= mostBytes;
    if (!isShort || n === mostTries || tailLines === 1)
      return {
        lines: lines.slice(-tailLines),
        isCut: isShort || tailLines < asked.tailLines || lines.length > tailLines,
      };
    tailLines = Math.max(1, Math.floor(Math.min(lines.length, tailLines) / 2));
  }
}

/** One line more than asked for tells whether there was more. */
async function read(ask: Ask, { previous = false, tailLines, ...address }: LogAsked): Promise<string> {
  const query = new URLSearchParams({
    ...(address.container === undefined ? {} : { container: address.container }),
    tailLines: String(tailLines + 1),
    limitBytes: String(mostBytes),
    timestamps: 'true',
    ...(previous ? { previous: 'true' } : {}),
  });
  const { namespace, pod } = address;
  const purpose = { kind: kinds.pods, verbs: ['get'], subresource: 'log', namespace, pod } as const;
  return (await ask(`${pathOfPod(address, 'log')}?${query.toString()}`, { purpose })).body;
}
