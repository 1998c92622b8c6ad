import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex, bytesToUtf8, hexToBytes, utf8ToBytes } from '../../../src/lib/bytes/index.ts';
import {
  decodeFrame,
  decodeInnerRequest,
  decodeOuterRequest,
  encodeFinalControl,
  encodeFrame,
  encodeNextHopControl,
  encodeRpc,
  encodeServerControl,
  encodeV4Request,
  isAllowedRelayTarget,
  MAX_ONION_REQUEST_BYTES,
  parseCipherName,
  type HopCipher
} from '../../../src/lib/wire/index.ts';
import { loadVectors } from '../../support/vectors.ts';
import { wireErrorOf } from './wire-errors.ts';

interface Layer {
  for: string;
  enc_type: HopCipher;
  ephemeral_pk: string;
  routing_json?: string;
  plaintext: string;
  ciphertext: string;
}

interface OnionVector {
  what: string;
  path: string[];
  destination?: string;
  server?: { host: string; target: string; protocol: 'http' | 'https'; port: number };
  payload_utf8?: string;
  control_json?: string;
  v4_request?: string;
  http_body: string;
  layers_outermost_first: Layer[];
  body_the_last_hop_posts?: string;
}

interface InnerResult {
  kind: 'final' | 'server' | 'node' | 'error';
  base64: boolean;
  json: boolean;
  body_hex: string;
  host: string;
  target: string;
  port: number;
  protocol: string;
  target_allowed: boolean;
  next_node: string;
  ephemeral_key: string;
  enc_type: string;
  ciphertext_hex: string;
}

const network = loadVectors<{
  keys: { nodes: { name: string; ed25519_pk: string }[] };
  enc_type_names: { name: string; canonical?: string; expect?: string }[];
  combined_payload: { what: string; payload: string; blob?: string; json?: unknown; expect?: string }[];
  inner_request: { what: string; plaintext: string; result: InnerResult }[];
  relay_target: { target: string; allowed: boolean }[];
  server_onion_parser: {
    what: string;
    request: string;
    enc_type?: string;
    client_ephemeral_pk?: string;
    expect?: string;
  }[];
  onion_full: OnionVector[];
}>('network.json');

const built = network.onion_full.filter((vector) => vector.layers_outermost_first);
const ed25519Of = (name: string) =>
  network.keys.nodes.find((node) => node.name === name)?.ed25519_pk as string;

describe('parseCipherName', () => {
  it.each(network.enc_type_names)(
    'reads "$name" as the protocol does',
    ({ name, canonical, expect: outcome }) => {
      if (outcome === 'error' || canonical === 'aes-cbc') {
        expect(wireErrorOf(() => parseCipherName(name))).toMatchObject({ field: 'enc_type' });
      } else {
        expect(parseCipherName(name)).toBe(canonical);
      }
    }
  );

  it('takes an absent name for AES-GCM', () => {
    expect(parseCipherName(undefined)).toBe('aes-gcm');
  });
});

describe('frames', () => {
  const outcomes: Record<string, object | null> = {
    '10-byte blob then JSON': null,
    'zero-length blob': null,
    'empty input': { structure: 'onion-frame', field: 'length' },
    '3 bytes': { structure: 'onion-frame', field: 'length' },
    'length beyond the end': { structure: 'onion-frame', field: 'blob' },
    'big-endian length (wrong)': { structure: 'onion-frame', field: 'blob' },
    'no JSON': { structure: 'onion-control', field: 'json' },
    'JSON with trailing garbage': { structure: 'onion-control', field: 'json' },
    'JSON that is not an object': { structure: 'onion-control', field: 'object' }
  };

  it.each(network.combined_payload)('of the test data: $what', (vector) => {
    const bytes = hexToBytes(vector.payload);
    const refusal = outcomes[vector.what];
    expect(refusal).toBeDefined();
    if (refusal) {
      expect(wireErrorOf(() => decodeInnerRequest(bytes))).toMatchObject(refusal);
    } else {
      const { blob, control } = decodeFrame(bytes);
      expect(bytesToHex(blob)).toBe(vector.blob);
      expect(JSON.parse(bytesToUtf8(control))).toEqual(vector.json);
      expect(encodeFrame(blob, control)).toEqual(bytes);
    }
  });

  it('are undone by decoding, also inside a larger buffer', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (blob, control) => {
        const frame = encodeFrame(blob, control);
        const larger = new Uint8Array(frame.length + 6);
        larger.set(frame, 3);
        expect(decodeFrame(larger.subarray(3, 3 + frame.length))).toEqual({ blob, control });
      })
    );
  });
});

describe('what a hop reads', () => {
  it.each(network.inner_request)('of the test data: $what', ({ plaintext, result }) => {
    const bytes = hexToBytes(plaintext);
    if (result.kind === 'error') {
      wireErrorOf(() => decodeInnerRequest(bytes));
      return;
    }
    const request = decodeInnerRequest(bytes);
    switch (request.role) {
      case 'final':
        expect(result).toMatchObject({
          kind: 'final',
          base64: request.base64,
          json: request.json,
          body_hex: bytesToHex(request.rpc)
        });
        return;
      case 'server':
        expect(result).toMatchObject({
          kind: 'server',
          host: request.host,
          target: request.target,
          port: request.port,
          protocol: request.protocol,
          target_allowed: isAllowedRelayTarget(request.target)
        });
        expect(request.raw).toEqual(bytes);
        return;
      case 'node':
        expect(result).toMatchObject({
          kind: 'node',
          next_node: request.destinationEd25519Hex,
          ephemeral_key: bytesToHex(request.ephemeralPublicKey),
          enc_type: request.cipher,
          ciphertext_hex: bytesToHex(request.ciphertext)
        });
    }
  });

  const control = (json: string) => encodeFrame(Uint8Array.of(1), utf8ToBytes(json));

  it('counts `headers` as present even when it is null', () => {
    expect(decodeInnerRequest(control('{"headers":null}'))).toMatchObject({ role: 'final' });
  });

  it('counts `host` as present even when it is null', () => {
    const json = `{"host":null,"destination":"${'ab'.repeat(32)}","ephemeral_key":"${'cd'.repeat(32)}"}`;
    expect(wireErrorOf(() => decodeInnerRequest(control(json)))).toMatchObject({ field: 'host' });
    expect(decodeInnerRequest(control(json.replace('"host":null,', '')))).toMatchObject({ role: 'node' });
  });

  it.each(['0', '65536', '1.5', '-1', 'true'])('refuses the port %s', (port) => {
    const json = `{"host":"h","target":"/oxen/v4/lsrpc","port":${port}}`;
    expect(wireErrorOf(() => decodeInnerRequest(control(json)))).toMatchObject({ field: 'port' });
  });

  it('does not take inherited names for fields', () => {
    expect(wireErrorOf(() => decodeInnerRequest(control('{"__proto__":{"headers":""}}')))).toMatchObject({
      field: 'destination'
    });
  });

  it('bounds the control and its depth', () => {
    const long = `{"headers":"${'x'.repeat(20_000)}"}`;
    wireErrorOf(() => decodeInnerRequest(control(long)), 'too-large');
    const deep = `{"headers":${'['.repeat(40)}${']'.repeat(40)}}`;
    wireErrorOf(() => decodeInnerRequest(control(deep)), 'too-large');
  });
});

describe('relay targets', () => {
  it.each(network.relay_target)('judges $target', ({ target, allowed }) => {
    // Deployed nodes let `..` pass; we do not.
    expect(isAllowedRelayTarget(target)).toBe(allowed && !target.includes('..'));
  });

  it.each(['/oxen/%2e%2e/lsrpc', '/oxen/a\\b/lsrpc', '/oxen/a\r\nb/lsrpc', '/oxen/\u0000/lsrpc'])(
    'refuses spellings that another program may read otherwise: %j',
    (target) => {
      expect(isAllowedRelayTarget(target)).toBe(false);
    }
  );
});

describe('what a guard node or a server reads', () => {
  it.each(network.server_onion_parser)('of the test data: $what', (vector) => {
    const bytes = hexToBytes(vector.request);
    // The last case is refused by its cipher, not by its form.
    if (vector.expect === 'error' && !vector.what.includes('flipped')) {
      wireErrorOf(() => decodeOuterRequest(bytes));
      return;
    }
    const request = decodeOuterRequest(bytes);
    expect(request.hopNumber).toBe(0);
    if (vector.enc_type) {
      expect(request.cipher).toBe(vector.enc_type);
      expect(bytesToHex(request.ephemeralPublicKey)).toBe(vector.client_ephemeral_pk);
    }
  });

  it.each(built)('finds the ciphertext of the first layer: $what', (vector) => {
    const [first] = vector.layers_outermost_first;
    const request = decodeOuterRequest(hexToBytes(vector.http_body));
    expect(bytesToHex(request.ciphertext)).toBe(first?.ciphertext);
    expect(bytesToHex(request.ephemeralPublicKey)).toBe(first?.ephemeral_pk);
    expect(request.cipher).toBe(first?.enc_type);
  });

  it('reads the hop number, and refuses one that is no count', () => {
    const ephemeralPublicKey = new Uint8Array(32).fill(7);
    const bytes = (hopNumber: number) =>
      encodeFrame(
        Uint8Array.of(9),
        encodeNextHopControl({ ephemeralPublicKey, cipher: 'aes-gcm', hopNumber })
      );
    expect(decodeOuterRequest(bytes(15)).hopNumber).toBe(15);
    expect(decodeOuterRequest(bytes(16)).hopNumber).toBe(16);
    expect(wireErrorOf(() => decodeOuterRequest(bytes(-1)))).toMatchObject({ field: 'hop_no' });
    expect(wireErrorOf(() => decodeOuterRequest(bytes(1.5)))).toMatchObject({ field: 'hop_no' });
  });

  it('refuses bodies over 10 MiB', () => {
    wireErrorOf(() => decodeOuterRequest(new Uint8Array(MAX_ONION_REQUEST_BYTES + 1)), 'too-large');
  });
});

describe('whole onions of the test data', () => {
  it.each(built)('have every control built byte for byte: $what', (vector) => {
    const layers = vector.layers_outermost_first;
    // Case C mixes ciphers and names both.
    const namesAesGcm = vector.what.includes('case C');
    const keyOf = (layer: Layer) => ({
      ephemeralPublicKey: hexToBytes(layer.ephemeral_pk),
      cipher: layer.enc_type,
      namesAesGcm
    });
    layers.forEach((layer, index) => {
      const next = layers[index + 1];
      if (!next) return;
      const isServer = next.for === 'server' && vector.server;
      const control = isServer
        ? encodeServerControl({ ...keyOf(next), ...vector.server! })
        : encodeNextHopControl({ ...keyOf(next), destinationEd25519Hex: ed25519Of(next.for) });
      expect(bytesToUtf8(control)).toBe(layer.routing_json);
      if (layer.plaintext) {
        expect(bytesToHex(encodeFrame(hexToBytes(next.ciphertext), control))).toBe(layer.plaintext);
      }
    });
    const [first] = layers;
    const outer = encodeFrame(hexToBytes(first!.ciphertext), encodeNextHopControl(keyOf(first!)));
    expect(bytesToHex(outer)).toBe(vector.http_body);
  });

  it.each(built.filter(({ payload_utf8 }) => payload_utf8))(
    'have the innermost frame built byte for byte: $what',
    (vector) => {
      const last = vector.layers_outermost_first.at(-1)!;
      const options = vector.what.includes('case C')
        ? { cipher: last.enc_type, base64: false, json: true }
        : { cipher: last.enc_type };
      const control = encodeFinalControl(options);
      expect(bytesToUtf8(control)).toBe(vector.control_json);
      const rpc = encodeRpc({
        method: 'batch',
        params: { requests: [{ method: 'info', params: {} }] }
      });
      expect(bytesToUtf8(rpc)).toBe(vector.payload_utf8);
      expect(bytesToHex(encodeFrame(rpc, control))).toBe(last.plaintext);
      expect(decodeInnerRequest(hexToBytes(last.plaintext))).toMatchObject({ role: 'final', rpc });
    }
  );

  it.each(built.filter(({ v4_request }) => v4_request))(
    'have the request to the server built: $what',
    (vector) => {
      const request = encodeV4Request({
        method: 'POST',
        endpoint: '/room/some-room/message',
        headers: { 'Content-Type': 'application/json' },
        body: utf8ToBytes('{"data":"aGk="}')
      });
      expect(bytesToHex(request)).toBe(vector.v4_request);
    }
  );

  it.each(built.filter(({ body_the_last_hop_posts }) => body_the_last_hop_posts))(
    'let the server read the frame the last hop posts: $what',
    (vector) => {
      const posted = hexToBytes(vector.body_the_last_hop_posts!);
      const last = vector.layers_outermost_first.at(-1)!;
      const request = decodeOuterRequest(posted);
      expect(bytesToHex(request.ephemeralPublicKey)).toBe(last.ephemeral_pk);
      expect(request.cipher).toBe(last.enc_type);
      const { host, target, protocol, port } = vector.server!;
      expect(decodeInnerRequest(posted)).toEqual({
        role: 'server',
        raw: posted,
        host,
        target,
        protocol,
        port
      });
    }
  );
});

describe('controls', () => {
  const ephemeralPublicKey = new Uint8Array(32).fill(0xab);
  const cipher = fc.constantFrom<HopCipher>('aes-gcm', 'xchacha20');
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 });

  it('are read back as they were written', () => {
    fc.assert(
      fc.property(key, key, cipher, fc.uint8Array(), (ephemeral, destination, name, blob) => {
        const control = encodeNextHopControl({
          ephemeralPublicKey: ephemeral,
          cipher: name,
          destinationEd25519Hex: bytesToHex(destination)
        });
        expect(decodeInnerRequest(encodeFrame(blob, control))).toEqual({
          role: 'node',
          destinationEd25519Hex: bytesToHex(destination),
          ephemeralPublicKey: ephemeral,
          cipher: name,
          ciphertext: blob
        });
      })
    );
  });

  it('name protocol and port unless they are https and 443', () => {
    const text = (protocol: 'http' | 'https', port: number) =>
      bytesToUtf8(
        encodeServerControl({
          host: 'h',
          target: '/oxen/v4/lsrpc',
          protocol,
          port,
          ephemeralPublicKey,
          cipher: 'aes-gcm'
        })
      );
    expect(text('https', 443)).not.toContain('port');
    expect(text('https', 8443)).toContain('"protocol":"https","port":8443');
    expect(text('http', 80)).toContain('"protocol":"http","port":80');
  });

  it('carry the flags of the reply', () => {
    const read = (options: Parameters<typeof encodeFinalControl>[0]) =>
      decodeInnerRequest(encodeFrame(Uint8Array.of(1), encodeFinalControl(options)));
    expect(read({})).toMatchObject({ role: 'final', base64: true, json: false });
    expect(read({ base64: false })).toMatchObject({ role: 'final', base64: false, json: false });
    expect(read({ json: true })).toMatchObject({ role: 'final', base64: true, json: true });
  });
});
