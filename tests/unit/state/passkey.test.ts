import { describe, expect, it } from 'vitest';
import { askPasskey, createPasskey, hasPasskeys, type PasskeyPage } from '../../../src/lib/state/passkey.ts';

interface Asked {
  create: CredentialCreationOptions[];
  get: CredentialRequestOptions[];
}

/** An authenticator that answers with what it is told to; `null`: nobody pressed. */
function authenticator(answers: { create?: unknown; get?: unknown }): { page: PasskeyPage; asked: Asked } {
  const asked: Asked = { create: [], get: [] };
  const answer = async (given: unknown) => {
    if (given instanceof Error) throw given;
    return given && { rawId: new Uint8Array([1, 2, 3]).buffer, getClientExtensionResults: () => given };
  };
  const credentials = {
    create: (options: CredentialCreationOptions) => {
      asked.create.push(options);
      return answer(answers.create);
    },
    get: (options: CredentialRequestOptions) => {
      asked.get.push(options);
      return answer(answers.get);
    }
  };
  return { page: { PublicKeyCredential: class {}, navigator: { credentials } } as never, asked };
}

const SECRET = new Uint8Array(32).fill(7);
const given = { prf: { enabled: true, results: { first: SECRET.buffer } } };

describe('a passkey', () => {
  it('is made with a name that is the app’s alone, and gives its secret at once', async () => {
    const { page, asked } = authenticator({ create: given });
    expect(await createPasskey(page)).toEqual({ credentialId: new Uint8Array([1, 2, 3]), secret: SECRET });
    const options = asked.create[0]?.publicKey as PublicKeyCredentialCreationOptions;
    expect([options.user.name, options.user.displayName, options.rp.name]).toEqual(
      Array(3).fill('Onionskin')
    );
    expect(options.authenticatorSelection?.userVerification).toBe('required');
    expect(asked.get).toHaveLength(0);
  });

  it('that keeps its secret until it is asked again is asked again, by its id', async () => {
    const { page, asked } = authenticator({ create: { prf: { enabled: true } }, get: given });
    expect((await createPasskey(page)).secret).toEqual(SECRET);
    const [allowed] = asked.get[0]?.publicKey?.allowCredentials ?? [];
    expect(new Uint8Array(allowed?.id as ArrayBuffer)).toEqual(new Uint8Array([1, 2, 3]));
  });

  it('asks for the same secret each time', async () => {
    const { page, asked } = authenticator({ create: given, get: given });
    await createPasskey(page);
    await askPasskey(page, new Uint8Array([1]));
    const inputs = [asked.create[0], asked.get[0]].map(
      (options) => options?.publicKey?.extensions?.prf?.eval?.first
    );
    expect(inputs[0]).toEqual(inputs[1]);
    expect(inputs[0]).toBeDefined();
  });

  it.each([
    ['gives no secret', { create: {} }, 'passkey-without-secret'],
    [
      'gives too short a secret',
      { create: { prf: { enabled: false, results: { first: new ArrayBuffer(8) } } } },
      'passkey-without-secret'
    ],
    ['is refused', { create: new DOMException('no', 'NotAllowedError') }, 'passkey-refused'],
    ['is nobody’s', { create: null }, 'passkey-refused'],
    ['cannot be at this address', { create: new DOMException('no', 'SecurityError') }, 'passkey-unsupported']
  ])('that %s says so', async (_, answers, code) => {
    await expect(createPasskey(authenticator(answers).page)).rejects.toMatchObject({ code });
  });

  it('is not to be had where the browser has none', async () => {
    const page = { navigator: {} } as PasskeyPage;
    expect(hasPasskeys(page)).toBe(false);
    await expect(createPasskey(page)).rejects.toMatchObject({ code: 'passkey-unsupported' });
  });
});
