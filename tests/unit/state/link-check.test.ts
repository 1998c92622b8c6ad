import { describe, expect, it } from 'vitest';
import { checkLink } from '../../../src/lib/state/link-check.ts';

const check = (written: string) => checkLink(written, new URL(written).href);

describe('an address before it is followed', () => {
  it('has nothing to say about an ordinary one', () => {
    expect(check('https://example.org/path?q=1')).toEqual({
      url: 'https://example.org/path?q=1',
      host: 'example.org',
      writtenHost: null,
      warnings: []
    });
  });

  it('shows how letters of another script go to the network', () => {
    const checked = check('https://аррӏе.com/');
    expect(checked.host).toMatch(/^xn--/);
    expect(checked.writtenHost).toBe('аррӏе.com');
    expect(checked.warnings).toContain('punycode');
  });

  it('warns of letters of several scripts in one name', () => {
    expect(check('https://pаypal.com/').warnings).toContain('mixed-scripts');
    expect(check('https://日本語カナ.jp/').warnings).not.toContain('mixed-scripts');
  });

  it('warns of a name before an @, of numbers in place of a name, and of open connections', () => {
    expect(check('https://bank.example@evil.example/').warnings).toEqual(['user-info']);
    expect(check('https://192.168.0.1/').warnings).toEqual(['number-address']);
    expect(check('http://example.org/').warnings).toEqual(['not-encrypted']);
  });

  it('compares the host that counts, not what stands before the @', () => {
    expect(check('https://пример@example.org/').writtenHost).toBeNull();
  });
});
