// A SAML identity provider (npm samlp behind express) on loopback, for the tests.
//
//   node sso.mjs <port> <recipient> <directory with key-1.pem, cert-1.pem, key-2.pem, cert-2.pem>
//
// It prints `ready` when it answers, and on SIGHUP signs with the second key. `/metadata` says who it is;
// `/sso?user=…&role=…&signed=assertion|response|both` is the page that a browser would post on.
import { readFileSync } from 'node:fs';
import express from 'express';
import samlp from 'samlp';

const [port, recipient, directory] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}/`;
const attribute = (name) => `https://www.aliyun.com/SAML-Role/Attributes/${name}`;
let keys = 1;
const pem = (kind) => readFileSync(`${directory}/${kind}-${keys}.pem`, 'utf8');

// What is said of a user: the attributes, and the name.
function Mapper(user) {
  return {
    getClaims: () => ({
      [attribute('Role')]: user.roles,
      [attribute('RoleSessionName')]: user.name,
      [attribute('SessionDuration')]: '1800',
    }),
    getNameIdentifier: () => ({
      nameIdentifier: `${user.name}@example.com`,
      nameIdentifierFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    }),
  };
}
Mapper.prototype.metadata = [];

const app = express();
app.get('/metadata', (request, response) =>
  samlp.metadata({
    issuer,
    cert: pem('cert'),
    profileMapper: Mapper,
    redirectEndpointPath: '/sso',
    postEndpointPath: '/sso',
  })(request, response),
);
app.get('/sso', (request, response, next) =>
  samlp.auth({
    issuer,
    cert: pem('cert'),
    key: pem('key'),
    audience: 'urn:alibaba:cloudcomputing',
    recipient,
    destination: recipient,
    lifetimeInSeconds: 300,
    profileMapper: Mapper,
    signAssertion: request.query.signed !== 'response',
    signResponse: request.query.signed !== 'assertion',
    getUserFromRequest: () => ({ name: request.query.user, roles: [].concat(request.query.role) }),
    getPostURL: (audience, dom, received, callback) => callback(null, recipient),
  })(request, response, next),
);
process.on('SIGHUP', () => {
  keys = 2;
  console.log('rotated');
});
app.listen(Number(port), '127.0.0.1', () => console.log('ready'));
