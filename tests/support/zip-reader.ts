// Reads ZIP archives by their directory, as unpackers do; shares no code with what writes them.
import { crc32 } from 'node:zlib';

/** Entries by path. Throws where the archive is not well formed. */
export function readZip(archive: Buffer): Map<string, Buffer> {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0) throw new Error('no end of the directory');
  let count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  if (count === 0xffff || at === 0xffff_ffff) {
    const far = Number(archive.readBigUInt64LE(end - 20 + 8));
    if (archive.readUInt32LE(far) !== 0x06064b50) throw new Error('no far end of the directory');
    count = Number(archive.readBigUInt64LE(far + 32));
    at = Number(archive.readBigUInt64LE(far + 48));
  }
  const entries = new Map<string, Buffer>();
  for (let index = 0; index < count; index++) {
    if (archive.readUInt32LE(at) !== 0x02014b50) throw new Error('no entry of the directory');
    const [crc, bytes] = [archive.readUInt32LE(at + 16), archive.readUInt32LE(at + 24)];
    const nameLength = archive.readUInt16LE(at + 28);
    const extraLength = archive.readUInt16LE(at + 30);
    const offset = archive.readUInt32LE(at + 42);
    const name = archive.subarray(at + 46, at + 46 + nameLength).toString();
    if (archive.readUInt32LE(offset) !== 0x04034b50) throw new Error('no local entry');
    const start = offset + 30 + archive.readUInt16LE(offset + 26) + archive.readUInt16LE(offset + 28);
    const data = archive.subarray(start, start + bytes);
    if (crc32(data) !== crc) throw new Error(`wrong sum of ${name}`);
    if (archive.readUInt32LE(start + bytes) !== 0x08074b50) throw new Error('no lengths after the data');
    entries.set(name, data);
    at += 46 + nameLength + extraLength + archive.readUInt16LE(at + 32);
  }
  return entries;
}
