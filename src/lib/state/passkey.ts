// Passkeys as a way into a profile: WebAuthn with its PRF extension, which gives 32 bytes that only this passkey gives. The
// request names nobody; what the authenticator keeps of it is the name of this app and of this site.
import { AppError } from '../errors.ts';
import { APP_NAME } from '../text/app-name.ts';

export type PasskeyErrorCode =
  /** This browser, or this address, has no passkeys. */
  | 'passkey-unsupported'
  /** The passkey was made, but gives no secret. */
  | 'passkey-without-secret'
  /** Cancelled, timed out, or no such passkey any more; browsers do not tell which. */
  | 'passkey-refused';

export class PasskeyError extends AppError<PasskeyErrorCode> {
  override readonly name = 'PasskeyError';
}

/** The parts of a window that passkeys need. */
export type PasskeyPage = Pick<Window, 'navigator'> & { readonly PublicKeyCredential?: unknown };

/** The same for every profile: each has a passkey of its own. */
const PRF_INPUT = new TextEncoder().encode('onionskin/lock/passkey/v1');
const SECRET_BYTES = 32;
/** ES256, Ed25519, RS256. */
const ALGORITHMS = [-7, -8, -257];
const TIMEOUT_MS = 120_000;

export function hasPasskeys(page: PasskeyPage): boolean {
  return page.PublicKeyCredential !== undefined && page.navigator.credentials !== undefined;
}

/**
 * Makes a passkey and asks it for its secret.
 * @returns `secret`: 32 bytes, to be wiped
 * @throws PasskeyError
 */
export async function createPasskey(
  page: PasskeyPage
): Promise<{ credentialId: Uint8Array; secret: Uint8Array }> {
  const options: PublicKeyCredentialCreationOptions = {
    rp: { name: APP_NAME },
    // Neither the profile's name nor its Account ID: the authenticator may keep them elsewhere.
    user: { id: randomBytes(16), name: APP_NAME, displayName: APP_NAME },
    challenge: randomBytes(32),
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
    attestation: 'none',
    timeout: TIMEOUT_MS,
    extensions: { prf: { eval: { first: PRF_INPUT } } }
  };
  const credential = await ask(page, (credentials) => credentials.create({ publicKey: options }));
  const { prf } = credential.getClientExtensionResults();
  const credentialId = new Uint8Array(credential.rawId);
  const secret = secretOf(prf?.results?.first);
  if (secret) return { credentialId, secret };
  if (!prf?.enabled) throw new PasskeyError('passkey-without-secret');
  // Many authenticators give it only when they are asked again.
  return { credentialId, secret: await askPasskey(page, credentialId) };
}

/**
 * The secret of a passkey, 32 bytes, to be wiped.
 * @throws PasskeyError
 */
export async function askPasskey(page: PasskeyPage, credentialId: Uint8Array): Promise<Uint8Array> {
  const options: PublicKeyCredentialRequestOptions = {
    challenge: randomBytes(32),
    allowCredentials: [{ type: 'public-key', id: credentialId.slice() }],
    userVerification: 'required',
    timeout: TIMEOUT_MS,
    extensions: { prf: { eval: { first: PRF_INPUT } } }
  };
  const credential = await ask(page, (credentials) => credentials.get({ publicKey: options }));
  const secret = secretOf(credential.getClientExtensionResults().prf?.results?.first);
  if (!secret) throw new PasskeyError('passkey-without-secret');
  return secret;
}

async function ask(
  page: PasskeyPage,
  request: (credentials: CredentialsContainer) => Promise<Credential | null>
): Promise<PublicKeyCredential> {
  if (!hasPasskeys(page)) throw new PasskeyError('passkey-unsupported');
  try {
    const credential = await request(page.navigator.credentials);
    if (credential === null) throw new PasskeyError('passkey-refused');
    return credential as PublicKeyCredential;
  } catch (cause) {
    if (cause instanceof PasskeyError) throw cause;
    const name = cause instanceof DOMException ? cause.name : '';
    // An address that is a number, or one without encryption, has no passkeys.
    const isUnsupported = name === 'SecurityError' || name === 'NotSupportedError';
    throw new PasskeyError(isUnsupported ? 'passkey-unsupported' : 'passkey-refused', { cause });
  }
}

function secretOf(value: BufferSource | undefined): Uint8Array | null {
  if (value === undefined) return null;
  const bytes = ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
  return bytes.length === SECRET_BYTES ? bytes : null;
}

function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(length));
}
