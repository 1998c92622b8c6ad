import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ACCOUNT_ID_LENGTH,
  AccountIdError,
  accountIdOf,
  isAccountId,
  parseAccountId,
  x25519PublicKeyOf
} from '../../src/lib/account-id.ts';
import { hexToBytes } from '../../src/lib/bytes/index.ts';
import { loadVectors } from '../support/vectors.ts';

const { sections } = loadVectors<{
  sections: { accounts: { account_id?: string; x25519_public_key_hex?: string }[] };
}>('accounts-and-messages.json');

const ID = '05d2ad010eeb72d72e561d9de7bd7b6989af77dcabffa03a5111a6c859ae5c3a72';
const KEY = ID.slice(2);

function errorOf(text: string): AccountIdError {
  try {
    parseAccountId(text);
  } catch (error) {
    if (error instanceof AccountIdError) return error;
    throw error;
  }
  throw new Error('expected an AccountIdError');
}

describe('parseAccountId', () => {
  it('gives the one canonical form of what a person typed or pasted', () => {
    expect(parseAccountId(ID)).toBe(ID);
    expect(parseAccountId(ID.toUpperCase())).toBe(ID);
    expect(parseAccountId(`  ${ID}\n`)).toBe(ID);
    const grouped = ID.match(/.{1,11}/g)?.join(' \n\t') as string;
    expect(parseAccountId(grouped)).toBe(ID);
  });

  it.each([
    ['nothing', '', 'account-id-empty'],
    ['blanks alone', ' \n\t ', 'account-id-empty'],
    ['letters outside hex', `05${'g'.repeat(64)}`, 'account-id-not-hex'],
    ['a name', 'alice', 'account-id-not-hex'],
    ['an ID within other text', `my id is ${ID}`, 'account-id-not-hex'],
    ['a prefix 0x', `0x${ID}`, 'account-id-not-hex'],
    ['letters that look alike', ID.replace('a', 'а'), 'account-id-not-hex'],
    ['a character too few', ID.slice(0, -1), 'account-id-length'],
    ['a character too many', `${ID}0`, 'account-id-length'],
    ['the key alone', KEY, 'account-id-length'],
    ['a group', `03${KEY}`, 'account-id-is-group'],
    ['a blinded ID', `15${KEY}`, 'account-id-is-blinded'],
    ['a newer blinded ID', `25${KEY}`, 'account-id-is-blinded'],
    ['another prefix', `07${KEY}`, 'account-id-prefix'],
    ['no prefix', `00${KEY}`, 'account-id-prefix']
  ])('says what is wrong with %s', (_, text, code) => {
    expect(errorOf(text).code).toBe(code);
  });

  it('says how long the text was, and never repeats it', () => {
    const error = errorOf(`${ID}00`);
    expect(error.details).toEqual({ length: 68 });
    expect(JSON.stringify([error.message, error.toData()])).not.toContain(KEY.slice(0, 16));
  });

  it('accepts every key, and nothing that is not an ID', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
        const id = accountIdOf(key);
        expect(parseAccountId(id.toUpperCase())).toBe(id);
        expect(x25519PublicKeyOf(id)).toEqual(key);
      })
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        let id: string | null = null;
        try {
          id = parseAccountId(text);
        } catch (error) {
          expect(error).toBeInstanceOf(AccountIdError);
        }
        if (id !== null) expect(isAccountId(id)).toBe(true);
      })
    );
  });
});

describe('isAccountId', () => {
  it('is true of the canonical form alone', () => {
    expect(isAccountId(ID)).toBe(true);
    expect(ID).toHaveLength(ACCOUNT_ID_LENGTH);
    for (const text of [ID.toUpperCase(), ` ${ID}`, `${ID}\n`, `03${KEY}`, KEY, '']) {
      expect(isAccountId(text)).toBe(false);
    }
  });
});

describe('accountIdOf', () => {
  const vectors = sections.accounts.filter((account) => account.account_id && account.x25519_public_key_hex);

  it('has accounts of the test data to be checked with', () => {
    expect(vectors.length).toBeGreaterThan(0);
  });

  it.each(vectors)('is the ID of the test data: $account_id', ({ account_id, x25519_public_key_hex }) => {
    expect(accountIdOf(hexToBytes(x25519_public_key_hex as string))).toBe(account_id);
  });
});
