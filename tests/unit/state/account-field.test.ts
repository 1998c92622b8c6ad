import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAccountId, type AccountId } from '../../../src/lib/account-id.ts';
import { readAccountField } from '../../../src/lib/state/account-field.ts';

const REST = 'c8abf3047e6619b35ad08c7f41e29b60d3aa5817fc2e904dc63b7715a89f04d1';
const ID = `05${REST}` as AccountId;
const OWN = `05${REST.split('').reverse().join('')}` as AccountId;

describe('the Account ID field', () => {
  it('accepts an ID in groups, over lines and in capitals', () => {
    const typed = ` ${ID.toUpperCase()
      .match(/.{1,4}/g)!
      .join(' ')}\n`;
    expect(readAccountField(typed, OWN)).toEqual({
      kind: 'account',
      accountId: ID,
      own: false,
      fromLink: false
    });
  });

  it('accepts an invite link and says where the ID came from', () => {
    const reading = readAccountField(`https://chat.example/#/c/${ID}`, OWN);
    expect(reading).toEqual({ kind: 'account', accountId: ID, own: false, fromLink: true });
  });

  it('knows our own ID', () => {
    expect(readAccountField(OWN, OWN)).toMatchObject({ kind: 'account', own: true });
    expect(readAccountField(OWN, null)).toMatchObject({ kind: 'account', own: false });
  });

  it('waits while an ID is being typed', () => {
    for (const text of ['0', '05', '05c8 ab', ID.slice(0, 65)]) {
      expect(readAccountField(text, OWN).kind).toBe('unfinished');
    }
    expect(readAccountField('05c8 ab', OWN)).toEqual({ kind: 'unfinished', length: 6 });
  });

  it('names other kinds of ID as what they are, once they are too long for a name', () => {
    const codes = {
      '03': 'account-id-is-group',
      '15': 'account-id-is-blinded',
      '25': 'account-id-is-blinded',
      '07': 'account-id-prefix',
      ff: 'account-id-prefix'
    };
    for (const [prefix, code] of Object.entries(codes)) {
      for (const text of [prefix + REST.slice(0, 40), prefix + REST, prefix + REST + '00']) {
        expect(readAccountField(text, OWN)).toMatchObject({ kind: 'problem', code });
      }
    }
  });

  it('says what is too long, not hex, or a broken link', () => {
    expect(readAccountField(`${ID}0`, OWN)).toEqual({
      kind: 'problem',
      code: 'account-id-length',
      length: 67
    });
    expect(readAccountField('a'.repeat(65), OWN)).toMatchObject({ kind: 'problem' });
    expect(readAccountField(`${ID.slice(0, 65)}g`, OWN)).toMatchObject({ code: 'account-id-not-hex' });
    expect(readAccountField('https://chat.example/#/c/05', OWN)).toMatchObject({ code: 'invite-broken' });
    expect(readAccountField(' \n', OWN)).toEqual({ kind: 'empty' });
  });

  it('takes short text for a name, in lower case, unless an ID begins like it', () => {
    expect(readAccountField(' Ana-B_7\n', OWN)).toEqual({ kind: 'name', name: 'ana-b_7' });
    for (const text of ['ana', 'cafe', '03', '1580', '05zz'])
      expect(readAccountField(text, OWN)).toEqual({ kind: 'name', name: text });
    for (const text of ['ana b', '-ana', 'ana-', 'änne', 'a.b', 'ana@b']) {
      expect(readAccountField(text, OWN)).toMatchObject({ kind: 'problem', code: 'account-name-invalid' });
    }
  });

  it('never throws, and never finds an account that is none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[0-9a-f ]{0,80}$/)), (text) => {
        const reading = readAccountField(text, OWN);
        if (reading.kind === 'account') expect(isAccountId(reading.accountId)).toBe(true);
      })
    );
  });
});
