import { describe, expect, it } from 'vitest';
import { concatBytes, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import {
  categoryOf,
  cleanContentType,
  extensionOf,
  guessContentType,
  sniffMediaType
} from '../../../src/lib/media/index.ts';
import { png } from '../../support/pictures.ts';

const latin = (source: string) => Uint8Array.from(source, (letter) => letter.charCodeAt(0));

describe('what a file is', () => {
  it.each([
    ['image/png', png(1, 1)],
    ['video/mp4', latin('\0\0\0\x18ftypisom\0\0\0\0')],
    ['video/mp4', latin('\0\0\0\x18ftypmp42\0\0\0\0')],
    ['video/mp4', latin('\0\0\0\x18ftypqt  \0\0\0\0')],
    ['audio/mp4', latin('\0\0\0\x18ftypM4A \0\0\0\0')],
    ['video/webm', latin('\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm')],
    ['audio/ogg', latin('OggS\0\x02')],
    ['audio/flac', latin('fLaC\0')],
    ['audio/wav', latin('RIFF\x24\0\0\0WAVEfmt ')],
    ['audio/mpeg', latin('ID3\x03')],
    ['audio/mpeg', latin('\xff\xfb\x90\x64')],
    ['audio/aac', latin('\xff\xf1\x50\x80')]
  ])('%s is told by its first bytes', (type, bytes) => {
    expect(sniffMediaType(bytes)).toBe(type);
  });

  it.each([
    ['Matroska', '\x1a\x45\xdf\xa3\x9fB\x82\x88matroska'],
    ['PDF', '%PDF-1.7'],
    ['a program', 'MZ\x90\0'],
    ['a script', '#!/bin/sh'],
    ['bits that are no frame', '\xff\xff\xff\xff'],
    ['a mark of UTF-16', '\xff\xfe<\0s\0v\0g\0'],
    ['one byte', '\xff']
  ])('%s is nothing that a page shows', (_, source) => {
    expect(sniffMediaType(latin(source))).toBeNull();
  });

  it('puts types where they belong, and documents never among pictures', () => {
    const types = [
      'image/png',
      'image/svg+xml',
      'text/html',
      'video/mp4',
      'audio/aac',
      'application/pdf',
      ''
    ];
    expect(types.map(categoryOf)).toEqual(['image', 'file', 'file', 'video', 'audio', 'file', 'file']);
  });
});

describe('what a stranger calls a file', () => {
  it('is kept as far as it looks like a type', () => {
    expect(cleanContentType('Image/PNG; charset=x')).toBe('image/png');
    expect(cleanContentType('application/vnd.oasis.opendocument.text')).toBe(
      'application/vnd.oasis.opendocument.text'
    );
    for (const text of [
      '',
      'png',
      'a/b/c',
      '<b>/x',
      'image/p\u202eng',
      `a/${'b'.repeat(5_000)}`,
      'image/ png'
    ]) {
      expect(cleanContentType(text)).toBe('application/octet-stream');
    }
  });

  it('is guessed from its name where it says nothing', () => {
    const guessed = ['a.JPG', 'b.tar.gz', 'voice.m4a', 'x', '.png', 'a.constructor'].map(guessContentType);
    const unknown = 'application/octet-stream';
    expect(guessed).toEqual(['image/jpeg', unknown, 'audio/mp4', unknown, 'image/png', unknown]);
    expect([extensionOf('image/webp'), extensionOf('x/y')]).toEqual(['webp', null]);
  });

  it('does not turn one file into two by what follows', () => {
    expect(sniffMediaType(concatBytes(png(1, 1), utf8ToBytes('<script>')))).toBe('image/png');
  });
});
