// The release key: making one, and signing the manifest of a finished build with it. Runs on Node 20.
//   node scripts/release-sign.mjs new-key <file>     writes a private key, prints the public one
//   node scripts/release-sign.mjs sign <file> [dir]  signs dir/release-manifest.json (dir: build)
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileEntry, writeHeaders } from './lib/finish-build.mjs';
import { BUILD, PlainError, ROOT, runMain } from './lib/project.mjs';
import { SIGNATURE_CONTEXT } from './lib/verify-host.mjs';

const USAGE = `node scripts/release-sign.mjs new-key <file>     make a key; keep <file> off this machine's network
node scripts/release-sign.mjs sign <file> [dir]  sign the manifest of the build in dir (default: build)`;

/** The public half, 32 bytes as hex. */
function publicKeyHex(privateKey) {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  return Buffer.from(x, 'base64url').toString('hex');
}

function newKey(file) {
  const path = resolve(file);
  if (existsSync(path)) throw new PlainError(`${file} exists; a key is not written over.`, 2);
  if (!relative(ROOT, path).startsWith('..')) {
    throw new PlainError('Keep the key outside the sources, or it will be published with them.', 2);
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  console.log(`The private key is in ${file}. Its public key, to build and to verify with:`);
  console.log(`ONIONSKIN_RELEASE_KEY=${publicKeyHex(privateKey)}`);
}

async function signBuild(file, directory) {
  let privateKey;
  try {
    privateKey = createPrivateKey(readFileSync(file));
  } catch {
    throw new PlainError(`${file} holds no private key.`, 2);
  }
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new PlainError(`${file} is no Ed25519 key.`, 2);
  const path = join(directory, 'release-manifest.json');
  if (!existsSync(path)) throw new PlainError(`${path} is missing: run "npm run build" first.`, 2);
  const manifest = readFileSync(path);
  const pinned = JSON.parse(manifest).build?.settings?.ONIONSKIN_RELEASE_KEY;
  const public_key = publicKeyHex(privateKey);
  if (pinned && pinned !== public_key) throw new PlainError('This build expects another release key.', 2);
  const signature = sign(null, Buffer.concat([Buffer.from(SIGNATURE_CONTEXT), manifest]), privateKey);
  const text = `${JSON.stringify({ algorithm: 'Ed25519', public_key, signature: signature.toString('hex') }, null, 1)}\n`;
  writeFileSync(join(directory, 'release-signature.json'), text);
  const { files } = JSON.parse(readFileSync(join(directory, 'headers.json'), 'utf8'));
  files['/release-signature.json'] = fileEntry('/release-signature.json', Buffer.from(text));
  await writeHeaders(directory, files);
  console.log(`Signed by ${public_key}.`);
  if (!pinned)
    console.log('The build does not name this key: build with ONIONSKIN_RELEASE_KEY so that pages check it.');
}

await runMain(async () => {
  const [action, file, directory = BUILD] = process.argv.slice(2);
  if (action === 'new-key' && file) newKey(file);
  else if (action === 'sign' && file) await signBuild(file, resolve(directory));
  else throw new PlainError(USAGE, 2);
});
