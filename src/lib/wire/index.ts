// The face of the floor: structures on the wire, each with its type, encoder, decoder and bounds. No keys.
export * from './content.ts';
export * from './envelope.ts';
export * from './errors.ts';
export * from './ipv4.ts';
export * from './namespaces.ts';
export * from './onion-inner.ts';
export * from './onion-request.ts';
export * from './service-node.ts';
export * from './storage-results.ts';
export * from './storage-rpc.ts';
export * from './swarm-space.ts';
export * from './v4.ts';
