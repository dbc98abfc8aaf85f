// A certified OpenID provider (npm oidc-provider) over HTTPS on loopback, for the tests.
//
//   node provider.mjs <port> <certificate chain> <private key>
//
// It prints `ready` when it answers, and on SIGHUP signs with another key and serves no more the one
// before: a rotation. Anybody logs in, under the name that he gives.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';

const [port, chain, key] = process.argv.slice(2);
const issuer = `https://127.0.0.1:${port}`;

function signingKey(kid) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
}

function provider(kid) {
  return new Provider(issuer, {
    clients: [
      {
        client_id: 'console',
        client_secret: 'no-secret-in-tests',
        redirect_uris: ['https://127.0.0.1/callback'],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    cookies: { keys: ['of-no-use-elsewhere'] },
    jwks: { keys: [signingKey(kid)] },
    pkce: { required: () => false },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  }).callback();
}

let keys = 1;
let answer = provider(`key-${keys}`);
process.on('SIGHUP', () => {
  keys += 1;
  answer = provider(`key-${keys}`);
  console.log(`rotated ${keys}`);
});
createServer({ cert: readFileSync(chain), key: readFileSync(key) }, (request, response) => answer(request, response)).listen(
  Number(port),
  '127.0.0.1',
  () => console.log('ready'),
);
