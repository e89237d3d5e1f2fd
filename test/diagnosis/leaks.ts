/** Lines as logs and queries really hold them, and of each the parts that nobody outside may read. */

export interface Leak {
  line: string;
  secrets: string[];
}

const key = [
  '-----BEGIN RSA PRIVATE KEY-----',
  'MIIEpAIBAAKCAQEAsecretkey',
  'q83vEjRWeJCrze8S',
  '-----END RSA PRIVATE KEY-----',
];
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N';

export const leaks: Leak[] = [
  { line: 'connecting to postgres://app:hunter2-x@db.internal:5432/shop', secrets: ['hunter2-x'] },
  { line: 'dial redis://:p@ss/w0rd!@cache:6379/0', secrets: ['p@ss/w0rd!', 'w0rd'] },
  { line: 'GET https://bob:s3cr3tpw@internal/x?a=b@c 502', secrets: ['s3cr3tpw'] },
  {
    line: 'clone https://ghp_16C7e42F292c6912E7710c838347Ae178B4a@github.com/x',
    secrets: ['16C7e42F292c6912E7710c838347Ae178B4a'],
  },
  { line: 'Authorization: Bearer abc.DEF-123_456~789', secrets: ['abc.DEF-123_456~789'] },
  { line: 'authorization: Basic dXNlcjpwYXNzd29yZA==', secrets: ['dXNlcjpwYXNzd29yZA'] },
  { line: '{"headers":{"authorization":"Bearer zzTopSecret99"}}', secrets: ['zzTopSecret99'] },
  { line: String.raw`msg="{\"password\":\"escaped-pw-77\",\"user\":\"x\"}"`, secrets: ['escaped-pw-77'] },
  { line: 'Cookie: session=deadbeefcafe; csrf=0123456789', secrets: ['deadbeefcafe', '0123456789'] },
  { line: 'curl -H "X-Api-Key: k-99887766" https://api', secrets: ['k-99887766'] },
  { line: 'AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE', secrets: ['AKIAIOSFODNN7EXAMPLE'] },
  {
    line: 'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    secrets: ['wJalrXUtnFEMI', 'bPxRfiCYEXAMPLEKEY'],
  },
  { line: 'used ASIAY34FZKBOKMUTVV7A for s3', secrets: ['ASIAY34FZKBOKMUTVV7A'] },
  { line: 'token ghs_9Zx8Yw7Vu6Ts5Rq4Po3Nm2Lk1Ji0 expired', secrets: ['9Zx8Yw7Vu6Ts5Rq4Po3Nm2Lk1Ji0'] },
  { line: 'github_pat_11ABCDEFG0aBcDeFgHiJkL_mNoPqR', secrets: ['11ABCDEFG0aBcDeFgHiJkL'] },
  { line: 'slack said xoxb-2345678901-abcdefGHIJKL', secrets: ['2345678901-abcdefGHIJKL'] },
  {
    line: 'posting to https://hooks.slack.com/services/T0AAAA/B0BBBB/cccccccccccc',
    secrets: ['B0BBBB', 'cccccccccccc'],
  },
  { line: `claims of ${jwt} refused`, secrets: [jwt, 'dozjgNryP4J3jVmNHl0w5N'] },
  { line: key.join('\n'), secrets: ['MIIEpAIBAAKCAQEAsecretkey', 'q83vEjRWeJCrze8S'] },
  { line: key.slice(0, 3).join('\n'), secrets: ['MIIEpAIBAAKCAQEAsecretkey', 'q83vEjRWeJCrze8S'] },
  { line: 'DB_PASSWORD=correct-horse', secrets: ['correct-horse'] },
  { line: `password: 'two words here'`, secrets: ['two words here', 'words here'] },
  { line: 'env: [{name: DB_PASSWORD, value: plain-env-pw}]', secrets: ['plain-env-pw'] },
  { line: '{"name":"API_TOKEN","value":"json-env-token"}', secrets: ['json-env-token'] },
  { line: `ALTER ROLE app PASSWORD 'it''s-mine-88'`, secrets: ['s-mine-88'] },
  { line: 'exec: mysqldump --password sup3rsekret -h db', secrets: ['sup3rsekret'] },
  { line: 'GET /cb?access_token=qwertyuiop123&x=1', secrets: ['qwertyuiop123'] },
  { line: 'X-Amz-Signature=0f1e2d3c4b5a&X-Amz-Date=1', secrets: ['0f1e2d3c4b5a'] },
  { line: 'pass\u200bword=zero-width-pw', secrets: ['zero-width-pw'] },
  { line: 'pass\u001b[31mword=coloured-pw', secrets: ['coloured-pw'] },
  { line: 'host=db user=app password=dsn-pw-5 sslmode=require', secrets: ['dsn-pw-5'] },
  { line: 'stripe sk_live_4eC39HqLyjWDarjtT1zdp7dc', secrets: ['4eC39HqLyjWDarjtT1zdp7dc'] },
  { line: 'client_secret=>"ruby-style-1"', secrets: ['ruby-style-1'] },
  { line: 'url=postgres://app:hunter2-very-long', secrets: ['hunter2', 'very-long'] },
  { line: 'cannot reach redis://:12345-hunter2… in time', secrets: ['hunter2'] },
  { line: key.slice(1).join('\n'), secrets: ['MIIEpAIBAAKCAQEAsecretkey', 'q83vEjRWeJCrze8S'] },
  { line: 'DB_PASS=hunter2', secrets: ['hunter2'] },
  { line: '{"user":"a","pass":"hunter2"}', secrets: ['hunter2'] },
  { line: 'login(user=app, pw=hunter2)', secrets: ['hunter2'] },
  { line: 'REDIS_AUTH=hunter2', secrets: ['hunter2'] },
  { line: 'redis: AUTH hunter2 failed', secrets: ['hunter2'] },
  { line: 'AUTH default hunter2', secrets: ['hunter2'] },
  { line: 'APP_KEY=base64:aGVsbG9oZWxs STRIPE_KEY: abcd1234', secrets: ['aGVsbG9oZWxs', 'abcd1234'] },
  { line: 'PHPSESSID=abcdef123456; connect.sid=s%3Aqrstuv.ghi', secrets: ['abcdef123456', 'qrstuv'] },
  { line: 'password hunter2', secrets: ['hunter2'] },
  { line: 'the password is letmein', secrets: ['letmein'] },
  { line: '- name: DB_PASS\n  value: hunter2', secrets: ['hunter2'] },
  { line: 'private key: abcd-efgh', secrets: ['abcd-efgh'] },
  { line: 'FATAL dial root:hunter2@tcp(10.0.0.1:3306)/shop', secrets: ['hunter2'] },
  { line: 'curl -u admin:hunter2 https://x', secrets: ['hunter2'] },
  { line: 'hvs.CAESIJabcdefghijklmnop', secrets: ['CAESIJabcdefghijklmnop'] },
  { line: 'dop_v1_0123456789abcdef', secrets: ['0123456789abcdef'] },
  { line: 'shpat_0123456789abcdef', secrets: ['0123456789abcdef'] },
  { line: 'ATATT3xFfGF0abcdefghijkl', secrets: ['3xFfGF0abcdefghijkl'] },
  { line: '123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawx', secrets: ['AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsawx'] },
  { line: 'https://discord.com/api/webhooks/123/abcDEF', secrets: ['abcDEF'] },
  {
    line: 'PGPASSWORD=ab(cd-1)ef-2&gh-3,ij-4;kl-5|mn-6<op-7> psql',
    secrets: ['cd-1', 'ef-2', 'gh-3', 'ij-4', 'kl-5', 'mn-6', 'op-7'],
  },
  { line: String.raw`"password":"ab\" cd-ef"`, secrets: ['cd-ef'] },
  { line: 'token=ghp_16C7e42F292c!rest', secrets: ['16C7e42F292c', 'rest'] },
];
