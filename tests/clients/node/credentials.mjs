// The vendor's credentials library for Node, set up by its environment as in a pod.
//
//   node credentials.mjs <endpoint> <times>
//
// It prints what it got, once for each time that it was asked, as JSON.
import credentials from '@alicloud/credentials';

const { default: Credential, Config } = credentials;
const [stsEndpoint, times] = process.argv.slice(2);
const config = new Config({ type: 'oidc_role_arn', stsEndpoint, roleSessionExpiration: 900 });
const credential = new Credential(config);
for (let time = 0; time < Number(times); time += 1) {
  const { accessKeyId, accessKeySecret, securityToken } = await credential.getCredential();
  console.log(JSON.stringify({ accessKeyId, accessKeySecret, securityToken }));
  // A session of 900 seconds is stale a second after.
  await new Promise((later) => setTimeout(later, 1100));
}
