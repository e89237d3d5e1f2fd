/**
 * An authority of its own and a server's certificate under it (X.509 v3, P-256), since Node can read certificates but not
 * make them, and openssl is not on every machine.
 */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface Identity {
  /** PEM: what a client has to trust */
  ca: string;
  /** PEM: what the server shows */
  cert: string;
  key: string;
}

const day = 86_400_000;

/** For 127.0.0.1 and localhost, from yesterday (clocks differ) for a month. */
export function makeIdentity(): Identity {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const from = { issuer: 'sandbox authority', signer: authority.privateKey };
  const ca = certificate({ ...from, subject: 'sandbox authority', key: authority.publicKey, extensions: ofAuthority });
  const cert = certificate({ ...from, subject: 'sandbox cluster', key: server.publicKey, extensions: ofServer });
  return { ca, cert, key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

interface Wanted {
  issuer: string;
  subject: string;
  key: KeyObject;
  signer: KeyObject;
  extensions: Buffer[];
}

function certificate({ issuer, subject, key, signer, extensions }: Wanted): string {
  const validity = [new Date(Date.now() - day), new Date(Date.now() + 30 * day)].map(time);
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    name(issuer),
    sequence(...validity),
    name(subject),
    key.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const whole = sequence(body, ecdsaWithSha256, bits(0, sign('sha256', body, signer)));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/** DER: a tag, the length in as few bytes as it takes, the contents. */
function der(tag: number, ...contents: Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  const size = body.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const sequence = (...contents: Buffer[]): Buffer => der(0x30, ...contents);
const integer = (bytes: Buffer): Buffer => der(0x02, bytes);
const bits = (unused: number, bytes: Buffer): Buffer => der(0x03, Buffer.from([unused]), bytes);
const yes = der(0x01, Buffer.from([255]));

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** Seven bits a byte, the highest first; all but the last are marked. */
function base128(value: number): number[] {
  const bytes = [value & 127];
  for (let rest = value >> 7; rest > 0; rest >>= 7) bytes.unshift((rest & 127) | 128);
  return bytes;
}

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));

const name = (common: string): Buffer => sequence(der(0x31, sequence(oid('2.5.4.3'), der(0x0c, Buffer.from(common)))));

/** UTCTime: two digits for the year. */
const time = (at: Date): Buffer => der(0x17, Buffer.from(`${at.toISOString().slice(2, 19).replaceAll(/[-:T]/g, '')}Z`));

const extension = (id: string, isCritical: boolean, value: Buffer): Buffer =>
  sequence(oid(id), ...(isCritical ? [yes] : []), der(0x04, value));

const basicConstraints = '2.5.29.19';
const keyUsage = '2.5.29.15';
const extendedKeyUsage = '2.5.29.37';
const subjectAltName = '2.5.29.17';

/** signs certificates and lists of revoked ones */
const ofAuthority = [
  extension(basicConstraints, true, sequence(yes)),
  extension(keyUsage, true, bits(1, Buffer.from([0b0000_0110]))),
];

const ofServer = [
  extension(basicConstraints, true, sequence()),
  extension(keyUsage, true, bits(7, Buffer.from([0b1000_0000]))),
  extension(extendedKeyUsage, false, sequence(oid('1.3.6.1.5.5.7.3.1'))),
  extension(
    subjectAltName,
    false,
    sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1]))),
  ),
];
