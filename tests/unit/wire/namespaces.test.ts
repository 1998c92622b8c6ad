import { describe, expect, it } from 'vitest';
import {
  isNamespace,
  isPublicInbox,
  isPublicOutbox,
  isReadableWithoutAuth,
  isUnrevocable,
  maxSizeSplit,
  namespaceText,
  parseNamespace
} from '../../../src/lib/wire/index.ts';
import { loadVectors } from '../../support/vectors.ts';
import { wireErrorOf } from './wire-errors.ts';

const network = loadVectors<{
  namespace_rules: {
    namespace: number;
    noauth_retrieve: boolean;
    public_inbox: boolean;
    public_outbox: boolean;
    unrevocable: boolean;
  }[];
  max_size_split: { what: string; namespaces: number[]; max_size: Record<string, number> }[];
}>('network.json');

describe('rules', () => {
  it.each(network.namespace_rules)('of namespace $namespace', (vector) => {
    const { namespace } = vector;
    expect({
      noauth_retrieve: isReadableWithoutAuth(namespace),
      public_inbox: isPublicInbox(namespace),
      public_outbox: isPublicOutbox(namespace),
      unrevocable: isUnrevocable(namespace)
    }).toEqual({
      noauth_retrieve: vector.noauth_retrieve,
      public_inbox: vector.public_inbox,
      public_outbox: vector.public_outbox,
      unrevocable: vector.unrevocable
    });
  });
});

describe('namespaceText', () => {
  it('is empty for 0 and decimal otherwise', () => {
    expect([0, 2, -10, 32_767].map(namespaceText)).toEqual(['', '2', '-10', '32767']);
  });
});

describe('parseNamespace', () => {
  it('takes integers of 16 bits and refuses the rest', () => {
    expect(parseNamespace(-32_768)).toBe(-32_768);
    expect(parseNamespace(32_767)).toBe(32_767);
    for (const value of [-32_769, 32_768, 1.5, Number.NaN, '0', null]) {
      expect(isNamespace(value)).toBe(false);
      wireErrorOf(() => parseNamespace(value));
    }
  });
});

describe('maxSizeSplit', () => {
  it.each(network.max_size_split)(
    'shares a reply as deployed clients do: $what',
    ({ namespaces, max_size }) => {
      const split = maxSizeSplit(namespaces);
      expect(split.map(({ namespace }) => namespace)).toEqual(namespaces);
      expect(Object.fromEntries(split.map(({ namespace, maxSize }) => [namespace, maxSize]))).toEqual(
        max_size
      );
    }
  );
});
