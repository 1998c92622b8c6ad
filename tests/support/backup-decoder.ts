// A second reader of backups, written from docs/backup-format.md over Node's own cryptography; it shares no code with the
// first one, so that the format is what the page says and not what the code happens to do.
import { argon2Sync, createDecipheriv, createHash, hkdfSync } from 'node:crypto';

export interface PlainRecord {
  readonly kind: number;
  readonly payload: Buffer;
}

/** Records of a whole file, without the one that ends it. Throws at anything that is not as the page says. */
export function decodeBackup(file: Buffer, passphrase: string): PlainRecord[] {
  const check = (holds: boolean, what: string) => {
    if (!holds) throw new Error(what);
  };
  const header = file.subarray(0, 96);
  check(header.subarray(0, 8).toString('latin1') === 'ONSKNBAK', 'magic');
  check(sha256(header.subarray(0, 80)).subarray(0, 16).equals(header.subarray(80)), 'checksum');
  check(header.readUInt16BE(8) === 1 && header[10] === 1, 'version');
  const master = argon2Sync('argon2id', {
    message: Buffer.from(passphrase.normalize('NFC')),
    nonce: header.subarray(32, 64),
    parallelism: header[11] as number,
    tagLength: 32,
    memory: header.readUInt32BE(12),
    passes: header.readUInt32BE(16)
  });
  const derive = (name: string, length: number) =>
    Buffer.from(hkdfSync('sha256', master, header.subarray(0, 64), `onionskin/backup/v1/${name}`, length));
  check(derive('check', 16).equals(header.subarray(64, 80)), 'passphrase');
  const key = derive('content', 32);
  const sealedBytes = header.readUInt32BE(20) + 16;
  const body = file.subarray(96);
  check(body.length > 0 && body.length % sealedBytes === 0, 'length');
  const plain: Buffer[] = [];
  for (let index = 0; index * sealedBytes < body.length; index++) {
    const nonce = Buffer.alloc(24);
    nonce.writeBigUInt64BE(BigInt(index));
    nonce[8] = (index + 1) * sealedBytes === body.length ? 1 : 0;
    plain.push(open(key, nonce, header, body.subarray(index * sealedBytes, (index + 1) * sealedBytes)));
  }
  return recordsOf(Buffer.concat(plain));
}

function recordsOf(stream: Buffer): PlainRecord[] {
  const records: PlainRecord[] = [];
  for (let at = 0; ;) {
    const kind = stream[at] as number;
    const end = at + 5 + stream.readUInt32BE(at + 1);
    const payload = stream.subarray(at + 5, end);
    if (kind === 0) {
      if (stream.subarray(end).some((byte) => byte !== 0)) throw new Error('filling');
      return records;
    }
    records.push({ kind, payload });
    at = end;
  }
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();

/** XChaCha20-Poly1305 over Node's ChaCha20-Poly1305 (draft-irtf-cfrg-xchacha §2.3). */
function open(key: Buffer, nonce: Buffer, aad: Buffer, sealed: Buffer): Buffer {
  const inner = Buffer.concat([Buffer.alloc(4), nonce.subarray(16)]);
  const decipher = createDecipheriv('chacha20-poly1305', hchacha20(key, nonce.subarray(0, 16)), inner, {
    authTagLength: 16
  });
  decipher.setAAD(aad, { plaintextLength: sealed.length - 16 });
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
}

function hchacha20(key: Buffer, nonce: Buffer): Buffer {
  const state = new Uint32Array(16);
  state.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
  for (let word = 0; word < 8; word++) state[4 + word] = key.readUInt32LE(4 * word);
  for (let word = 0; word < 4; word++) state[12 + word] = nonce.readUInt32LE(4 * word);
  const turn = (word: number, by: number) => (word << by) | (word >>> (32 - by));
  const at = (index: number) => state[index] as number;
  const quarter = (a: number, b: number, c: number, d: number) => {
    for (const [to, add, mixed, by] of [
      [a, b, d, 16],
      [c, d, b, 12],
      [a, b, d, 8],
      [c, d, b, 7]
    ] as const) {
      state[to] = at(to) + at(add);
      state[mixed] = turn(at(mixed) ^ at(to), by);
    }
  };
  for (let round = 0; round < 10; round++) {
    for (let column = 0; column < 4; column++) quarter(column, column + 4, column + 8, column + 12);
    for (let first = 0; first < 4; first++)
      quarter(first, 4 + ((first + 1) % 4), 8 + ((first + 2) % 4), 12 + ((first + 3) % 4));
  }
  const out = Buffer.alloc(32);
  for (let word = 0; word < 4; word++) {
    out.writeUInt32LE(at(word), 4 * word);
    out.writeUInt32LE(at(12 + word), 16 + 4 * word);
  }
  return out;
}
