/** Lines of a gateway's log as its containers write them, with the runtime's time before each. */
import { minutesAgo } from './objects.ts';

export interface AccessTold {
  ago: number;
  status: number;
  id?: string;
  agent?: string;
  request?: string;
}

export const access = ({
  ago,
  status,
  id = 'none',
  agent = 'curl/8.5',
  request = 'GET /cart HTTP/1.1',
}: AccessTold): string =>
  `${minutesAgo(ago)} 10.9.8.7 - - [28/Nov/2026:02:55:00 +0000] "${request}" ${status} 75 "-" "${agent}" kong_request_id: "${id}"`;

export interface ComplaintTold {
  ago: number;
  says: string;
  upstream: string;
  id?: string;
  request?: string;
  more?: string;
}

export const complaint = ({
  ago,
  says,
  upstream,
  id = 'none',
  request = 'GET /cart HTTP/1.1',
  more = '',
}: ComplaintTold): string =>
  `${minutesAgo(ago)} 2026/11/28 02:55:00 [error] 2312#0: *81 ${says}, client: 10.9.8.7, server: kong, request: "${request}", upstream: "http://${upstream}/cart", host: "shop.example.com"${more}, request_id: "${id}"`;
