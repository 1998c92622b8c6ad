import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../../src/lib/account-id.ts';
import {
  accountIdFromQr,
  buildInviteLink,
  readInviteHash,
  readInviteLink
} from '../../../src/lib/state/invite.ts';

const ID = `05${'d1c8ab'.repeat(10)}abcd` as AccountId;

describe('an invite link', () => {
  it('keeps the ID behind the hash, where no server sees it', () => {
    const link = buildInviteLink('https://chat.example:8443', ID);
    expect(link).toBe(`https://chat.example:8443/#/c/${ID}`);
    expect(new URL(link).pathname).toBe('/');
    expect(readInviteLink(link)).toEqual({ kind: 'invite', accountId: ID });
    expect(readInviteHash(new URL(link).hash)).toEqual({ kind: 'invite', accountId: ID });
  });

  it('is understood from any host, with capitals and blanks around it', () => {
    expect(readInviteLink(`  HTTP://other.example/#/c/${ID.toUpperCase()}\n`)).toEqual({
      kind: 'invite',
      accountId: ID
    });
  });

  it('that lacks a usable ID is broken, and other text is no link', () => {
    expect(readInviteLink('https://chat.example/#/c/0512')).toEqual({ kind: 'broken' });
    expect(readInviteLink('https://chat.example/')).toEqual({ kind: 'broken' });
    expect(readInviteLink(ID)).toEqual({ kind: 'none' });
    expect(readInviteHash(`#/c/03${ID.slice(2)}`)).toEqual({ kind: 'broken' });
    expect(readInviteHash('#/c/%E0%A4%A')).toEqual({ kind: 'broken' });
    expect(readInviteHash(`#/c/${'0'.repeat(5_000)}`)).toEqual({ kind: 'broken' });
    expect(readInviteHash('#/somewhere')).toEqual({ kind: 'none' });
    expect(readInviteHash('')).toEqual({ kind: 'none' });
  });

  it('never throws on what an address may hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        readInviteHash(`#/c/${text}`);
        readInviteLink(`https://${text}`);
        readInviteLink(text);
      })
    );
  });
});

describe('a QR code', () => {
  it('holds an ID or an invite link', () => {
    expect(accountIdFromQr(ID)).toBe(ID);
    expect(accountIdFromQr(` ${ID.toUpperCase()} `)).toBe(ID);
    expect(accountIdFromQr(`https://chat.example/#/c/${ID}`)).toBe(ID);
    expect(accountIdFromQr('https://chat.example/')).toBeNull();
    expect(accountIdFromQr(`15${ID.slice(2)}`)).toBeNull();
    expect(accountIdFromQr('hello')).toBeNull();
  });
});
