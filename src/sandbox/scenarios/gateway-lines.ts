/** What a gateway writes down: requests, and its complaints about where it sent them. */

type Lines = [ago: number, line: string][];

const answered = (status: number, id: string): string =>
  `10.20.0.9 - - [28/Nov/2026:02:55:00 +0000] "GET /cart HTTP/1.1" ${status} 75 "-" "Mozilla/5.0" kong_request_id: "${id}"`;

/** So many requests over the last half hour, oldest first. */
export const requests = (count: number, status = 200): Lines =>
  Array.from({ length: count }, (_, n) => [30 - (28 * n) / count, answered(status, `${status}-${n}`)]);

const says = {
  refused: 'connect() failed (111: Connection refused) while connecting to upstream',
  unreachable: 'connect() failed (113: No route to host) while connecting to upstream',
  closed: 'upstream prematurely closed connection while reading response header from upstream',
  timeout: 'upstream timed out (110: Connection timed out) while reading response header from upstream',
};

/** Each ends as a failure that is logged as well. */
export const failures = (
  count: number,
  { ago, trouble, upstream }: { ago: number; trouble: keyof typeof says; upstream: string },
): Lines =>
  Array.from({ length: count }, (_, n) => `${trouble}-${ago}-${n}`).flatMap(
    (id): Lines => [
      [
        ago,
        `2026/11/28 02:55:00 [error] 2312#0: *81 ${says[trouble]}, client: 10.20.0.9, server: kong, request: "GET /cart HTTP/1.1", upstream: "http://${upstream}/cart", host: "shop.example.com", request_id: "${id}"`,
      ],
      [ago, answered(trouble === 'timeout' ? 504 : 502, id)],
    ],
  );

export const workerKilled = (ago: number): Lines => [
  [ago, '2026/11/28 02:55:00 [alert] 1#0: worker process 2312 exited on signal 9'],
];

export const noPeer = (count: number, ago: number): Lines =>
  Array.from({ length: count }, (_, n) => `peer-${n}`).flatMap(
    (id): Lines => [
      [
        ago,
        `2026/11/28 02:55:00 [error] 2312#0: *81 [lua] balancer.lua:238: failure to get a peer from the ring-balancer, client: 10.20.0.9, server: kong, request: "GET /cart HTTP/1.1", host: "shop.example.com", request_id: "${id}"`,
      ],
      [ago, answered(503, id)],
    ],
  );
