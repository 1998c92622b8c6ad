import { describe, expect, it } from 'vitest';
import { utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import { recogniseFile } from '../../../src/lib/media/index.ts';
import { INLINE_MEDIA_TYPES } from '../../../src/lib/storage/index.ts';
import { jpeg, png } from '../../support/pictures.ts';

const latin = (source: string) => Uint8Array.from(source, (letter) => letter.charCodeAt(0));
const MP4 = latin('\0\0\0\x18ftypisom\0\0\0\0');
const WEBM = latin('\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm');
const nothing = { width: null, height: null };

describe('a received file', () => {
  it('is a picture by its bytes, whatever it is called', () => {
    const wanted = { kind: 'image', contentType: 'image/jpeg', width: 30, height: 20 };
    for (const contentType of ['image/png', 'text/html', '']) {
      expect(recogniseFile(jpeg(30, 20), { contentType })).toEqual(wanted);
    }
  });

  it('is only saved when it is a bomb, a document or a drawing, even called a picture or a voice message', () => {
    const bomb = recogniseFile(png(60_000, 60_000), { contentType: 'image/png' });
    expect(bomb).toEqual({ kind: 'file', contentType: 'image/png', ...nothing });
    const svg = utf8ToBytes('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
    for (const contentType of [
      'image/png',
      'image/svg+xml',
      'text/html',
      'application/xhtml+xml',
      'audio/mp4'
    ]) {
      const unknown = { kind: 'file', contentType: 'application/octet-stream', ...nothing };
      expect(recogniseFile(svg, { contentType, voice: true })).toEqual(unknown);
    }
    const pdf = recogniseFile(utf8ToBytes('%PDF-1.7'), { contentType: 'application/pdf' });
    expect(pdf).toMatchObject({ kind: 'file', contentType: 'application/pdf' });
  });

  it('in a container of film is sound when the sender says so, and a voice message when marked as one', () => {
    const kinds = (bytes: Uint8Array, contentType: string, voice = false) => {
      const { kind, contentType: type } = recogniseFile(bytes, { contentType, voice });
      return [kind, type];
    };
    expect(kinds(MP4, 'video/mp4')).toEqual(['video', 'video/mp4']);
    expect(kinds(MP4, 'audio/aac')).toEqual(['audio', 'audio/mp4']);
    expect(kinds(MP4, '', true)).toEqual(['voice', 'audio/mp4']);
    expect(kinds(WEBM, 'audio/webm', true)).toEqual(['voice', 'audio/webm']);
    expect(kinds(latin('ID3\x03'), 'audio/mp3', true)).toEqual(['voice', 'audio/mpeg']);
  });

  it('that is shown has a type the store lets a page show', () => {
    const files = [jpeg(1, 1), png(1, 1), MP4, WEBM, latin('OggS'), latin('fLaC'), latin('\xff\xf1\x50\x80')];
    for (const bytes of files) {
      for (const voice of [true, false]) {
        const { contentType } = recogniseFile(bytes, { contentType: '', voice });
        expect(INLINE_MEDIA_TYPES).toContain(contentType);
      }
    }
  });
});
