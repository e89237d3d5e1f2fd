/** What stands behind a service: the slices of one merged, each pod once. */
import { z } from 'zod';
import { kinds } from '../diagnosis/cluster.ts';
import type { Endpoint } from '../diagnosis/service.ts';
import { listedOnce, Metadata, maybe, several } from './kubernetes.ts';
import { reader } from './reader.ts';

const SliceRow = z.object({
  metadata: Metadata,
  endpoints: several(
    z.object({
      addresses: several(z.string()),
      conditions: maybe(z.object({ ready: maybe(z.boolean()), terminating: maybe(z.boolean()) })),
      targetRef: maybe(z.object({ kind: maybe(z.string()), name: maybe(z.string()) })),
    }),
  ),
});
const readSlice = reader(SliceRow);

interface Slice {
  service: string | undefined;
  endpoints: Endpoint[];
}

/** A readiness that is not told counts as ready: so the API has it. */
function sliceOf(item: unknown): Slice {
  const { metadata, endpoints } = readSlice(item);
  return {
    service: metadata.labels['kubernetes.io/service-name'],
    endpoints: endpoints.flatMap(({ addresses, conditions, targetRef }) =>
      addresses.slice(0, 1).map((address) => ({
        address,
        isReady: conditions?.ready ?? true,
        isDraining: conditions?.terminating ?? false,
        pod: targetRef?.kind === 'Pod' ? targetRef.name : undefined,
      })),
    ),
  };
}

export const listSlices = listedOnce(kinds.slices, sliceOf);

/** A pod stands in a slice for each of its families and ports; while it moves from one to another, in both. */
export function merged(slices: Slice[]): Endpoint[] {
  const byPod = Map.groupBy(
    slices.flatMap(({ endpoints }) => endpoints),
    ({ pod, address }) => pod ?? address,
  );
  return [...byPod.values()]
    .map((alike) => alike.find(({ isReady }) => isReady) ?? alike[0])
    .filter((one) => one !== undefined);
}
